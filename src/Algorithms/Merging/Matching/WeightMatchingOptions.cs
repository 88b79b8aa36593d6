using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>In which order a sweep visits the permutations.</summary>
public enum VisitOrder
{
    /// <summary>A fresh random order in every sweep, from the seed.</summary>
    Random,
    /// <summary>The order in which the specification names them.</summary>
    Specification,
    /// <summary>
    /// By colours: permutations that share no tensor have the same colour, and those of one colour are solved at the same time.
    /// </summary>
    Colours,
}

/// <summary>How units are matched by their weights.</summary>
public sealed record WeightMatchingOptions
{
    /// <summary>In which order a sweep visits the permutations.</summary>
    /// <value><see cref="VisitOrder.Random"/>.</value>
    public VisitOrder Order { get; init; } = VisitOrder.Random;

    /// <summary>Seed of random orders.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>Most passes over all permutations, at least 1; the last, which changes nothing, counts.</summary>
    /// <value>100.</value>
    public int MaxSweeps { get; init; } = 100;

    /// <summary>Gains up to Tolerance × (1 + |objective|) are ties or rounding: the old permutation stays.</summary>
    /// <value>1e-12.</value>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>Where the search starts; null for the identity.</summary>
    /// <value>Null.</value>
    public UnitPermutations? WarmStart { get; init; }

    /// <summary>Tensors that are permuted but say nothing about which units belong together.</summary>
    /// <value>None.</value>
    public ImmutableHashSet<string> Excluded { get; init; } = [];

    /// <summary>Whether buffers (running statistics) say something.</summary>
    /// <value>False.</value>
    public bool IncludeBuffers { get; init; }

    /// <summary>How much a tensor counts, finite and at least 0; 1 for tensors that are not named.</summary>
    /// <value>None.</value>
    public ImmutableDictionary<string, double> Weights { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>Whether every tensor counts as if its norm were 1 in both models.</summary>
    /// <value>False.</value>
    public bool Normalise { get; init; }

    /// <summary>Most threads; the result is the same for any number.</summary>
    /// <value>1.</value>
    public int Parallelism { get; init; } = 1;

    /// <summary>Time for one assignment, after which it is not optimal; null for any. Needs a clock.</summary>
    /// <value>Null.</value>
    public TimeSpan? AssignmentTimeLimit { get; init; }

    /// <summary>What tells the time; without one none is measured.</summary>
    /// <value>Null.</value>
    public TimeProvider? Clock { get; init; }
}
