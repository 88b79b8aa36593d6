using Distributed.Node.Data.Random;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Parameters of <c>iid</c>: none.</summary>
internal sealed record IidParameters;

/// <summary><c>iid</c>: the shuffled examples in shares that differ by one example at most.</summary>
internal sealed class IidPartitioner : IPartitioner
{
    public int[][] Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems)
    {
        var indices = Enumerable.Range(0, labels.Count).ToArray();
        new RandomStream(seed, RandomPurpose.Partition).Shuffle<int>(indices);
        return Shares.Even(indices, clients);
    }
}
