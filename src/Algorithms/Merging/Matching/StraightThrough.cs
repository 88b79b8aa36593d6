using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>The loss of a model on a batch, and its gradient.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Gradient">The gradient by every trained tensor, in any floating-point types; tensors that are absent have none.</param>
public sealed record LossGradient(double Loss, StoredModel Gradient);

/// <summary>How the straight-through estimator searches.</summary>
public sealed record StraightThroughOptions
{
    /// <summary>Number of steps, at least 1.</summary>
    /// <value>1000.</value>
    public int Steps { get; init; } = 1000;

    /// <summary>Learning rate.</summary>
    /// <value>0.01, as published.</value>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>Momentum.</summary>
    /// <value>0.9, as published.</value>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Steps from one validation to the next, at least 1.</summary>
    /// <value>50.</value>
    public int ValidateEvery { get; init; } = 50;

    /// <summary>A validation loss below which the search ends: as a rule the mean of the two models' losses. Null for none.</summary>
    /// <value>Null.</value>
    public double? EnoughLoss { get; init; }

    /// <summary>How the free model is projected; its warm start is not used.</summary>
    /// <value>In the order of the specification.</value>
    public WeightMatchingOptions Matching { get; init; } = new() { Order = VisitOrder.Specification };
}

/// <summary>A validation of the search.</summary>
/// <param name="Step">Steps before it.</param>
/// <param name="Loss">The validation loss of the midpoint.</param>
/// <param name="BatchLoss">The loss of the last batch; NaN before the first.</param>
public sealed record StraightThroughCheck(int Step, double Loss, double BatchLoss);

/// <summary>What the search found.</summary>
/// <param name="Permutations">The permutations of the model with the best validation loss: permuted[i] = model[p[i]].</param>
/// <param name="Loss">That loss.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Checks">All validations.</param>
public sealed record StraightThroughMatch(UnitPermutations Permutations, double Loss, int Steps, ImmutableArray<StraightThroughCheck> Checks);

/// <summary>
/// The straight-through estimator (Ainsworth et al., ICLR 2023): the relabelling of a model for which the midpoint between the reference and it
/// has the least loss. Free parameters start at the reference; each step projects them to the nearest relabelled model, takes the gradient at
/// the midpoint and hands it to the free parameters as if they were that model. The dearest way, and the lowest barriers.
/// </summary>
public static class StraightThrough
{
    /// <summary>Searches.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="reference">The model that stays as it is.</param>
    /// <param name="model">The model whose units are relabelled; it is only read.</param>
    /// <param name="gradient">Loss and gradient of a midpoint on the batch of a step.</param>
    /// <param name="validate">The loss of a midpoint on held-out data: a batch's loss is too noisy to choose by.</param>
    /// <param name="options">How to search.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">They cannot be matched, or an option is out of its range.</exception>
    /// <exception cref="ArithmeticException">A gradient is NaN or infinite.</exception>
    public static StraightThroughMatch Run(
        PermutationSpec spec, StoredModel reference, StoredModel model, Func<int, TensorSet, LossGradient> gradient,
            Func<TensorSet, double> validate, StraightThroughOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(validate);
        options ??= new StraightThroughOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Steps, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ValidateEvery, 1, nameof(options));
        var problems = WeightMatching.Problems(spec, reference, model, options.Matching with { WarmStart = null });
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(model));

        var free = WideModel.Of(reference);
        var velocity = WideModel.Zeros(reference);
        var checks = ImmutableArray.CreateBuilder<StraightThroughCheck>();
        UnitPermutations? best = null;
        var (bestLoss, batchLoss, permutations) = (double.PositiveInfinity, double.NaN, (UnitPermutations?)null);
        for (var step = 0; ; step++)
        {
            permutations = WeightMatching.Run(
                spec, free.Stored("the free parameters"), model, options.Matching with { WarmStart = permutations }, cancellation).Permutations;
            var midpoint = Midpoint(spec, permutations, reference, model);
            if (step % options.ValidateEvery == 0 || step == options.Steps)
            {
                var loss = validate(midpoint);
                checks.Add(new StraightThroughCheck(step, loss, batchLoss));
                // A loss that is no number is never the best; the first projection stands in until there is one.
                if (best is null || loss < bestLoss) (best, bestLoss) = (permutations, double.IsNaN(loss) ? double.PositiveInfinity : loss);
                if (step == options.Steps || loss < options.EnoughLoss)
                    return new StraightThroughMatch(best, bestLoss, step, checks.ToImmutable());
            }
            var at = gradient(step, midpoint);
            batchLoss = at.Loss;
            Step(free, velocity, at.Gradient, options);
        }
    }

    /// <summary>The model halfway between the reference and the relabelled model, in the reference's types.</summary>
    /// <param name="spec">Which axis follows which permutation.</param>
    /// <param name="permutations">The permutations of the model.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public static TensorSet Midpoint(PermutationSpec spec, UnitPermutations permutations, StoredModel reference, StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(model);
        var permuted = new TensorSet(model.Manifest);
        PermutedModel.Copy(spec, permutations, model.Manifest, model.Data, permuted);
        var midpoint = WideModel.Zeros(reference);
        midpoint.Add(0.5, reference);
        midpoint.Add(0.5, StoredModel.Of(permuted));
        return midpoint.In(reference.Manifest);
    }

    /// <summary>Momentum SGD; the midpoint moves half as far as the relabelled model, so half its gradient is the free parameters'.</summary>
    private static void Step(WideModel free, WideModel velocity, StoredModel gradient, StraightThroughOptions options)
    {
        if (FiniteScanner.Scan(gradient.Manifest, gradient.Data) is { } found)
            throw new ArithmeticException($"The gradient of tensor {Printable.Of(found.Tensor)} is NaN or infinite.");
        velocity.Scale(options.Momentum);
        foreach (var entry in gradient.Manifest.Where(entry => entry.DType.IsFloating() && free.Manifest.TryFind(entry.Name, out _)))
        {
            var bytes = gradient.Data.Read(entry.Offset, new byte[entry.ByteLength]);
            Elements.AddScaled(entry.DType, bytes, 0.5, velocity.Set.Values<double>(entry.Name));
        }
        free.Add(-options.LearningRate, velocity.Stored());
    }
}
