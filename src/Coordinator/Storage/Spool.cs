using System.Collections.Concurrent;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>The spool in local files.</summary>
internal sealed class Spool : ISpool
{
    private readonly DurableFiles files;
    private readonly string root;
    private readonly SpoolPaths paths;
    private readonly ConcurrentDictionary<string, SpoolWriter?> open = new(StringComparer.Ordinal);

    public Spool(IOptions<StorageOptions> options, DurableFiles files)
    {
        this.files = files;
        root = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(options.Value.Root), "spool")).FullName;
        paths = new SpoolPaths(root);
    }

    public (long Offset, bool Accepted) GetStatus(UpdateId id, ContentHash hash)
    {
        if (Find(id) is { } complete)
        {
            return complete.Hash == hash ? (complete.SizeBytes, true) : (0, false);
        }

        var path = paths.Partial(id);
        if (!File.Exists(path))
        {
            return (0, false);
        }

        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return (KeptOf(file, update => update.Hash == hash), false);
    }

    public SpooledUpdate? Find(UpdateId id)
    {
        var path = paths.Complete(id);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = File.OpenHandle(path);
            return SpoolReader.ReadHeader(file, path);
        }
        catch (StorageException)
        {
            // A damaged file stands for nothing: the update may come again and takes its place.
            return null;
        }
    }

    public async ValueTask<Outcome<ISpoolWriter>> OpenAsync(
        SpooledUpdate update, long offset, bool durable, IUpdateInspector inspector, CancellationToken cancellation)
    {
        var (partial, complete) = (paths.Partial(update.Id), paths.Complete(update.Id));
        if (!open.TryAdd(partial, null))
        {
            return new Refusal(RefusalCode.Busy, $"Another stream is sending update {update.Id}; try again when it has ended.");
        }

        var handedOver = false;
        try
        {
            if (Find(update.Id) is { } first && !update.Repeats(first))
            {
                return new Refusal(
                    RefusalCode.UpdateConflict, $"Client {update.Id.Client} has another update in round {update.Id.Round}; the first stays.");
            }

            files.EnsureDirectory(root, paths.Run(update.Id.RunId), durable, update.Id.RunId);
            var opened = OpenPartial(partial, update, offset);
            if (!opened.TryGet(out var file, out var refusal))
            {
                return refusal;
            }

            var writer = new SpoolWriter(files, file, update, (partial, complete), inspector, _ => open.TryRemove(partial, out var _)) { Durable = durable };
            handedOver = true;
            return await ReplayAsync(writer, offset, cancellation);
        }
        catch (IOException error) when (DiskErrors.IsFault(error))
        {
            return DiskErrors.Refused(error, "the update");
        }
        finally
        {
            if (!handedOver)
            {
                open.TryRemove(partial, out _);
            }
        }
    }

    public IReadOnlyList<SpooledUpdate> Scan(string runId, int round, ICollection<Refusal>? damaged = null)
    {
        var found = new List<SpooledUpdate>();
        foreach (var path in paths.CompleteFiles(runId, round))
        {
            try
            {
                using var reader = SpoolReader.Open(path);
                found.Add(reader.Update);
            }
            catch (StorageException error)
            {
                damaged?.Add(error.Refusal);
            }
        }

        found.Sort((a, b) => a.Id.Client.CompareTo(b.Id.Client));
        return found;
    }

    public SpoolReader Read(UpdateId id) => SpoolReader.Open(paths.Complete(id));

    public void Remove(UpdateId id)
    {
        File.Delete(paths.Complete(id));
        File.Delete(paths.Partial(id));
    }

    public void RemoveRound(string runId, int round)
    {
        foreach (var path in paths.AllFiles(runId, round))
        {
            File.Delete(path);
        }
    }

    // Reads may be long; the pool's other work goes first.
    private static async ValueTask<Outcome<ISpoolWriter>> ReplayAsync(SpoolWriter writer, long length, CancellationToken cancellation)
    {
        try
        {
            if (length == 0 || await Task.Run(() => writer.Replay(length, cancellation), cancellation) is not { } refusal)
            {
                return writer;
            }

            await writer.DisposeAsync();
            return refusal;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    private static Outcome<SafeFileHandle> OpenPartial(string path, SpooledUpdate update, long offset)
    {
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        try
        {
            if (offset == 0)
            {
                RandomAccess.SetLength(file, 0);
                RandomAccess.Write(file, SpoolHeader.Write(update), 0);
                return file;
            }

            var kept = KeptOf(file, update.Repeats);
            if (offset <= kept)
            {
                RandomAccess.SetLength(file, SpoolHeader.Bytes + offset);
                RandomAccess.Write(file, SpoolHeader.Write(update), 0);
                return file;
            }

            file.Dispose();
            return new Refusal(RefusalCode.UpdateOverrun, $"The upload goes on at byte {offset}, {kept} bytes are kept; ask for its status.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static long KeptOf(SafeFileHandle file, Predicate<SpooledUpdate> isSame)
    {
        var header = new byte[SpoolHeader.Bytes];
        var length = RandomAccess.GetLength(file);
        return length > header.Length && RandomAccess.Read(file, header, 0) == header.Length && SpoolHeader.Read(header) is { } found && isSame(found)
            ? Math.Min(length - header.Length, found.SizeBytes)
            : 0;
    }
}
