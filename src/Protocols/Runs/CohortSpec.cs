using System.ComponentModel.DataAnnotations;

namespace Distributed.Protocols.Runs;

/// <summary>Who takes part in a round and how long it waits.</summary>
public sealed record CohortSpec
{
    /// <summary>Share of the clients drawn for each round, rounded up to at least one client.</summary>
    /// <value>1.0: all.</value>
    [Range(0.000_001, 1.0)]
    public double Fraction { get; init; } = 1.0;

    /// <summary>Share of the cohort whose updates must be admitted for a round to commit at its deadline.</summary>
    /// <value>0.8.</value>
    [Range(0.0, 1.0)]
    public double Quorum { get; init; } = 0.8;

    /// <summary>Time from the plan to the close of a round. A round commits earlier when every update is in.</summary>
    /// <value>10 min.</value>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Nodes that must be connected before a round is planned.</summary>
    /// <value>1.</value>
    [Range(1, 100_000)]
    public int MinimumNodes { get; init; } = 1;

    /// <summary>Rounds in a row that may be abandoned before the run fails.</summary>
    /// <value>3.</value>
    [Range(1, 1_000_000)]
    public int MaximumAbandoned { get; init; } = 3;
}
