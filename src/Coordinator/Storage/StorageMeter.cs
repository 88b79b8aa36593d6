using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Distributed.Coordinator.Storage;

/// <summary>Counts fsync calls per run, for the round records: what durability costs must be seen.</summary>
internal sealed class StorageMeter
{
    private readonly ConcurrentDictionary<string, StrongBox<int>> counts = new(StringComparer.Ordinal);

    /// <summary>fsync calls for a run since this process started; a round's share is the difference of two readings.</summary>
    public int Fsyncs(string runId) => counts.TryGetValue(runId, out var box) ? Volatile.Read(ref box.Value) : 0;

    /// <summary>Counts one call.</summary>
    public void CountFsync(string runId) => Interlocked.Increment(ref counts.GetOrAdd(runId, _ => new StrongBox<int>()).Value);

    /// <summary>Forgets a run that has ended.</summary>
    public void Forget(string runId) => counts.TryRemove(runId, out _);
}
