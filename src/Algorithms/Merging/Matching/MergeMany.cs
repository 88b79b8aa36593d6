using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>How several models are matched with each other.</summary>
public sealed record MergeManyOptions
{
    /// <summary>Most passes over all models, at least 1; the last, which changes nothing, counts.</summary>
    /// <value>100.</value>
    public int MaxSweeps { get; init; } = 100;

    /// <summary>Whether a sweep visits the models in a fresh random order; otherwise in the order given.</summary>
    /// <value>True.</value>
    public bool IsRandom { get; init; } = true;

    /// <summary>Seed of random orders.</summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>A model whose distance to the others' mean falls by no more than this made no progress.</summary>
    /// <value>1e-12.</value>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>How each model is matched with the mean of the others; its warm start is not used.</summary>
    public WeightMatchingOptions Matching { get; init; } = new();
}

/// <summary>A step: one model matched with the mean of the others.</summary>
/// <param name="Sweep">The sweep, from 0.</param>
/// <param name="Model">The model, by its place.</param>
/// <param name="DistanceBefore">Its Euclidean distance to the mean of the others before.</param>
/// <param name="Distance">The same behind it.</param>
public sealed record MergeManyVisit(int Sweep, int Model, double DistanceBefore, double Distance);

/// <summary>What became of several models.</summary>
public sealed record ManyMerged
{
    /// <summary>The mean of the aligned models, in the types of the first.</summary>
    public required TensorSet Merged { get; init; }

    /// <summary>The permutations that aligned each model.</summary>
    public required ImmutableArray<UnitPermutations> Permutations { get; init; }

    /// <summary>Passes over all models, the last without progress included.</summary>
    public required int Sweeps { get; init; }

    /// <summary>Whether the last sweep changed nothing.</summary>
    public required bool IsConverged { get; init; }

    /// <summary>Sum over the models of the squared distance to their mean, at the start.</summary>
    public required double SpreadBefore { get; init; }

    /// <summary>The same at the end.</summary>
    public required double Spread { get; init; }

    /// <summary>All steps in their order.</summary>
    public required ImmutableArray<MergeManyVisit> Visits { get; init; }
}

/// <summary>
/// MergeMany (Ainsworth et al., ICLR 2023): each model in turn is matched with the mean of the others until none moves; the result is the mean
/// of all. Every step lowers the sum of the pairwise squared distances. Memory: all models, and their sum, in double precision.
/// </summary>
public static class MergeMany
{
    /// <summary>Merges models.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="models">The models, at least two.</param>
    /// <param name="options">How to match.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">There are too few, or they cannot be matched; the message names tensor and model.</exception>
    public static ManyMerged Run(
        PermutationSpec spec, IReadOnlyList<StoredModel> models, MergeManyOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(models);
        options ??= new MergeManyOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxSweeps, 1, nameof(options));
        if (models.Count < 2) throw new ArgumentException("At least two models are merged.", nameof(models));
        var problems = models.Skip(1).SelectMany(model => WeightMatching.Problems(spec, models[0], model, options.Matching)).Distinct().ToList();
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(models));
        return new MergeManySearch(spec, models, options).Run(cancellation);
    }
}
