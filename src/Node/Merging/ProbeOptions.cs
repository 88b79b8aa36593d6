namespace Distributed.Node.Merging;

/// <summary>What a probe may look at and use.</summary>
public sealed record ProbeOptions
{
    /// <summary>Most examples of each split: evenly spaced ones of all.</summary>
    /// <value>2,000.</value>
    public int Examples { get; init; } = 2000;

    /// <summary>Intra-op threads.</summary>
    /// <value>1.</value>
    public int Threads { get; init; } = 1;
}
