using Distributed.Protocols.Identities;

namespace Distributed.Node.Upload;

/// <summary>
/// The model versions of a run that tasks of this node are using: one download a version, whatever the number of workers. A version is dropped when a newer one
/// has been asked for and its last user is gone, so that a node holds one model as a rule.
/// </summary>
internal sealed class ModelCache(ModelMemory memory, Func<long, ContentHash, CancellationToken, Task<ModelFile>> download) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<(long Version, ContentHash Hash), Entry> entries = [];
    private readonly CancellationTokenSource stopped = new();

    /// <summary>The version's file, to be disposed after use.</summary>
    public async Task<Lease> AcquireAsync(long version, ContentHash hash, CancellationToken cancellation)
    {
        Entry entry;
        lock (gate)
        {
            foreach (var old in entries.Values.Where(entry => entry.Version < version && entry.Users == 0).ToArray())
            {
                Drop(old);
            }

            if (!entries.TryGetValue((version, hash), out entry!))
            {
                // Not under the first task's token: others wait for the same download.
                entries[(version, hash)] = entry = new Entry(version, hash, download(version, hash, stopped.Token));
            }

            entry.Users++;
        }

        try
        {
            return new Lease(this, entry, await entry.File.WaitAsync(cancellation));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    /// <summary>Ends downloads; buffers go to the collector.</summary>
    public void Dispose()
    {
        stopped.Cancel();
        stopped.Dispose();
    }

    private void Release(Entry entry)
    {
        lock (gate)
        {
            entry.Users--;
            var superseded = entries.Keys.Any(key => key.Version > entry.Version);
            if (entry.Users == 0 && (superseded || entry.File.IsFaulted || entry.File.IsCanceled))
            {
                Drop(entry);
            }
        }
    }

    private void Drop(Entry entry)
    {
        entries.Remove((entry.Version, entry.Hash));
        if (entry.File.IsCompletedSuccessfully)
        {
            memory.Return(entry.File.Result.Bytes);
        }
    }

    /// <summary>The right to read a version until disposed.</summary>
    internal sealed class Lease(ModelCache cache, Entry entry, ModelFile file) : IDisposable
    {
        private int disposed;

        public ModelFile File => file;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0)
            {
                cache.Release(entry);
            }
        }
    }

    internal sealed class Entry(long version, ContentHash hash, Task<ModelFile> file)
    {
        public long Version => version;

        public ContentHash Hash => hash;

        public Task<ModelFile> File => file;

        public int Users { get; set; }
    }
}
