using System.Collections.Concurrent;
using Distributed.Coordinator.Storage;

namespace Distributed.Coordinator.Runs;

/// <summary>Folders and feeds of the runs of this data directory.</summary>
internal sealed class RunFeeds(DataDirectory data, DurableFiles files)
{
    private readonly ConcurrentDictionary<string, RunFeed> feeds = new(StringComparer.Ordinal);

    /// <summary>The folder of a run.</summary>
    public RunFolder Folder(string runId) => new(data.Runs, runId);

    /// <summary>The feed of a run.</summary>
    public RunFeed Feed(string runId) => feeds.GetOrAdd(runId, id => new RunFeed(Folder(id), files));

    /// <summary>Ids of the runs that were submitted here, oldest first.</summary>
    public IReadOnlyList<string> RunIds() =>
        [.. new DirectoryInfo(data.Runs).EnumerateDirectories()
            .Where(folder => File.Exists(Path.Combine(folder.FullName, "run.json")))
            .OrderBy(folder => File.GetCreationTimeUtc(Path.Combine(folder.FullName, "run.json")))
            .Select(folder => folder.Name)];
}
