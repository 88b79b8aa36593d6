using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>How an aggregation ended.</summary>
public enum AggregateOutcome
{
    /// <summary>There is a new model.</summary>
    Updated,
    /// <summary>Nobody reported: the model stays, and so does the state.</summary>
    NoUpdates,
    /// <summary>All weights are 0, there is no mass to average: the model stays, and so does the state.</summary>
    NoMass,
    /// <summary>The new model would hold NaN or infinite numbers: the model stays, and so does the state.</summary>
    NonFinite,
}

/// <summary>What an aggregation did.</summary>
public sealed record AggregateReport
{
    /// <summary>How it ended.</summary>
    public required AggregateOutcome Outcome { get; init; }

    /// <summary>Why there is no new model, in a sentence; null when there is one.</summary>
    public string? Reason { get; init; }

    /// <summary>How much of each client's tensor went into the new one.</summary>
    public CoefficientTable Coefficients { get; init; } = CoefficientTable.Empty;

    /// <summary>
    /// What the rule multiplied each client's tensor with before it averaged, for rules that do (L-DAWA: the cosine); null for the others.
    /// </summary>
    public CoefficientTable? Factors { get; init; }

    /// <summary>Figures of the rule by name, for example <c>gamma</c>, <c>coherence</c>; finite, others are left out.</summary>
    public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Remarks for whoever reads the record of the round, for example that a rule fell back to the plain average.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What to pass as <see cref="AggregationInput.State"/> in the next round, once this one is committed.</summary>
    public ReadOnlyMemory<byte> State { get; init; }

    internal static AggregateReport Unchanged(AggregateOutcome outcome, string reason, AggregationInput input) =>
        new() { Outcome = outcome, Reason = reason, State = input.State };
}
