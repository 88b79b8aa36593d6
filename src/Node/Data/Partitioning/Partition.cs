using System.Collections.Immutable;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Who owns which training example: every example belongs to at most one client.</summary>
/// <param name="Clients">Indices of the training examples of each client.</param>
public sealed record Partition(ImmutableArray<int[]> Clients)
{
    /// <summary>Examples per client and class, for reports.</summary>
    /// <param name="labels">Class of each training example.</param>
    /// <param name="classes">Number of classes.</param>
    public int[][] Histogram(IReadOnlyList<int> labels, int classes) => [.. Clients.Select(indices =>
    {
        var counts = new int[classes];
        foreach (var index in indices)
        {
            counts[labels[index]]++;
        }

        return counts;
    })];
}
