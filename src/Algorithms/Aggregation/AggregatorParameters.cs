namespace Distributed.Algorithms.Aggregation;

/// <summary>What happens to state that no gradient trains: running means and variances, counters.</summary>
public enum BufferPolicy
{
    /// <summary>Averaged with the clients' weights; counters take the largest value.</summary>
    Average,
    /// <summary>Each client goes on from its own; the global model's are averaged, for evaluation and for clients that are new.</summary>
    Local,
    /// <summary>Averaged first, then estimated anew by the node that holds the proxy set, with the new model.</summary>
    Recalibrate,
}

/// <summary>What every aggregator can be told.</summary>
public abstract record AggregatorParameters
{
    /// <summary>What happens to running statistics and counters.</summary>
    /// <value><see cref="BufferPolicy.Average"/>.</value>
    public BufferPolicy Buffers { get; init; } = BufferPolicy.Average;
}
