using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging.Matching;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// Parameters of averaging modulo permutation (weight matching of Ainsworth et al., "Git Re-Basin", ICLR 2023, inside a federation): every client relabels
/// the hidden units of what it trained as they are labelled in the model that it started from, so that what is averaged belongs together.
/// </summary>
public sealed record RebasinParameters : AggregatorParameters
{
    /// <summary>The aggregator that gets the aligned models, a mapping with a name and its parameters.</summary>
    /// <value>Null: the mean, weighted by examples.</value>
    public JsonObject? Then { get; init; }

    /// <summary>Most passes over all permutations of a model; the last, which changes nothing, counts.</summary>
    /// <value>100.</value>
    [Range(1, 10_000)]
    public int Sweeps { get; init; } = 100;

    /// <summary>Whether running statistics help to tell which units belong together; they move with their units either way.</summary>
    /// <value>False.</value>
    public bool Statistics { get; init; }

    /// <summary>How the units are matched: from the identity, so that nothing moves in a model that stayed close; in a fixed order.</summary>
    public WeightMatchingOptions Matching => new() { Order = VisitOrder.Specification, MaxSweeps = Sweeps, IncludeBuffers = Statistics };
}
