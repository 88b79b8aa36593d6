using Distributed.Node.Data.Images;

namespace Distributed.Node.Data;

/// <summary>The data sets in use in this process: loaded once however many nodes and workers it hosts, freed when the last of them lets go.</summary>
internal static class DatasetCache
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<DataRequest, Entry> Entries = [];

    /// <summary>The data of a request, loading it when nobody has it yet.</summary>
    /// <param name="request">What a run asks for.</param>
    /// <param name="problems">Receives everything that is wrong with it.</param>
    /// <returns>The data, to be disposed after use; null when there is a problem.</returns>
    public static SharedImages? Acquire(DataRequest request, ICollection<string> problems)
    {
        Entry entry;
        lock (Gate)
        {
            if (!Entries.TryGetValue(request, out entry!))
            {
                Entries[request] = entry = new Entry(request);
            }

            entry.Users++;
        }

        // Outside the gate: loading takes a while, and others may ask for other data meanwhile.
        if (entry.Loaded.Value is { } images)
        {
            return images;
        }

        foreach (var problem in entry.Problems)
        {
            problems.Add(problem);
        }

        Release(request, entry);
        return null;
    }

    private static void Release(DataRequest request, Entry entry)
    {
        lock (Gate)
        {
            if (--entry.Users > 0)
            {
                return;
            }

            Entries.Remove(request);
        }

        entry.Loaded.Value?.Free();
    }

    private sealed class Entry
    {
        public Entry(DataRequest request) => Loaded = new(() => Load(request));

        public int Users { get; set; }

        public List<string> Problems { get; } = [];

        public Lazy<SharedImages?> Loaded { get; }

        private SharedImages? Load(DataRequest request) => DataSources.Find(request.Source)!.Load(request, Problems) is { } dataset
            ? new SharedImages(dataset, _ => Release(request, this))
            : null;
    }
}
