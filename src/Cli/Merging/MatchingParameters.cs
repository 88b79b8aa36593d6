using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Merging.Matching;

namespace Distributed.Cli.Merging;

/// <summary>Parameters of <c>weight-matching</c>.</summary>
internal sealed record WeightMatchingParameters
{
    /// <summary>In which order a sweep visits the permutations.</summary>
    /// <value>Random.</value>
    public VisitOrder Order { get; init; } = VisitOrder.Random;

    /// <summary>Seed of random orders.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>Most passes over all permutations.</summary>
    /// <value>100.</value>
    [Range(1, 1_000_000)]
    public int MaxSweeps { get; init; } = 100;

    /// <summary>Whether running statistics say which units belong together.</summary>
    /// <value>False.</value>
    public bool IncludeBuffers { get; init; }

    /// <summary>Whether every tensor counts as if its norm were 1.</summary>
    /// <value>False.</value>
    public bool Normalise { get; init; }

    /// <summary>The options of the algorithm.</summary>
    /// <param name="threads">Most threads.</param>
    public WeightMatchingOptions ToOptions(int threads) => new()
    {
        Order = Order, Seed = Seed, MaxSweeps = MaxSweeps, IncludeBuffers = IncludeBuffers, Normalise = Normalise, Parallelism = threads,
    };
}

/// <summary>Parameters of <c>activation-matching</c>.</summary>
internal sealed record ActivationMatchingParameters
{
    /// <summary>What activations are compared by.</summary>
    /// <value>Correlation.</value>
    public ActivationSimilarity Similarity { get; init; } = ActivationSimilarity.Correlation;
}

/// <summary>Parameters of <c>straight-through</c>.</summary>
internal sealed record StraightThroughParameters
{
    /// <summary>Most steps; it ends before as soon as the midpoint is better than the mean of the models.</summary>
    /// <value>1000.</value>
    [Range(1, 1_000_000)]
    public int Steps { get; init; } = 1000;

    /// <summary>Training examples of a step.</summary>
    /// <value>250.</value>
    [Range(1, 1_000_000)]
    public int Batch { get; init; } = 250;

    /// <summary>Learning rate.</summary>
    /// <value>0.01.</value>
    [Range(0.0, 1e6)]
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Momentum.</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Steps from one look at the test examples to the next.</summary>
    /// <value>50.</value>
    [Range(1, 1_000_000)]
    public int ValidateEvery { get; init; } = 50;

    /// <summary>Seed of the order of examples.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }
}

/// <summary>Parameters of <c>merge-many</c>.</summary>
internal sealed record MergeManyParameters
{
    /// <summary>Most passes over all models.</summary>
    /// <value>100.</value>
    [Range(1, 1_000_000)]
    public int MaxSweeps { get; init; } = 100;

    /// <summary>Seed of the order in which models are visited.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }
}
