namespace Distributed.Coordinator.Runs;

/// <summary>
/// Keeps the coordinator small between updates and between rounds. The runtime lets the young generation grow to the size of the processor's last-level cache before it
/// collects, 100 MB and more on a server; what an update leaves behind is next to nothing, so collecting it costs less than a millisecond.
/// </summary>
internal sealed class YoungHeap
{
    private const long AllowedBytes = 16 * 1024 * 1024;

    private long collectedAt;

    /// <summary>Collects when enough was allocated since the last time.</summary>
    public void Trim()
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var before = Interlocked.Read(ref collectedAt);
        if (allocated - before > AllowedBytes && Interlocked.CompareExchange(ref collectedAt, allocated, before) == before)
        {
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        }
    }
}
