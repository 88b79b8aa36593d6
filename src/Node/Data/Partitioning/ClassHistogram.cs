using Distributed.Protocols.Runs;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Training examples per client and class.</summary>
/// <param name="Classes">Number of classes, at least 2.</param>
/// <param name="Counts">By client id and class; null when there are more than <see cref="PartitionRecord.MaximumCounts"/>.</param>
internal sealed record ClassHistogram(int Classes, int[][]? Counts)
{
    /// <summary>Counts a partition; null where there is but one class, which says nothing.</summary>
    public static ClassHistogram? Of(Partition partition, IReadOnlyList<int> labels)
    {
        var classes = labels.Count == 0 ? 0 : labels.Max() + 1L;
        return classes < 2
            ? null
            : classes * partition.Clients.Length > PartitionRecord.MaximumCounts
                ? new ClassHistogram((int)Math.Min(classes, int.MaxValue), null)
                : new ClassHistogram((int)classes, partition.Histogram(labels, (int)classes));
    }
}
