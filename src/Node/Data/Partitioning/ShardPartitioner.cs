using System.ComponentModel.DataAnnotations;
using Distributed.Node.Data.Random;

namespace Distributed.Node.Data.Partitioning;

/// <summary>Parameters of <c>shards</c>.</summary>
internal sealed record ShardParameters
{
    /// <summary>Shards that each client gets; 2 gives most clients two classes.</summary>
    /// <value>2.</value>
    [Range(1, 1000)]
    public int PerClient { get; init; } = 2;
}

/// <summary><c>shards</c>: the examples sorted by class, cut into equal shards, the shards dealt at random (McMahan et al. 2017).</summary>
internal sealed class ShardPartitioner(ShardParameters parameters) : IPartitioner
{
    public int[][]? Deal(IReadOnlyList<int> labels, int clients, int seed, ICollection<string> problems)
    {
        var count = (long)clients * parameters.PerClient;
        if (count > labels.Count)
        {
            problems.Add(
                $"data.partition: {clients} clients with {parameters.PerClient} shards each need {count} examples, there are {labels.Count} to train on.");
            return null;
        }

        var sorted = Enumerable.Range(0, labels.Count).ToArray();
        var stream = new RandomStream(seed, RandomPurpose.Partition);
        stream.Shuffle<int>(sorted);
        var shards = Shares.Even([.. sorted.OrderBy(index => labels[index])], (int)count);
        stream.Shuffle<int[]>(shards);
        return [.. shards.Chunk(parameters.PerClient).Select(own => own.SelectMany(shard => shard).ToArray())];
    }
}
