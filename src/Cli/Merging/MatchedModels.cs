using System.Diagnostics;
using Distributed.Algorithms.Merging;
using Distributed.Algorithms.Merging.Matching;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Merging;
using Distributed.Node.Models;

namespace Distributed.Cli.Merging;

/// <summary>Models whose units were given the same places, and how.</summary>
/// <param name="Aligned">The models; the first as it was.</param>
/// <param name="Report">How.</param>
/// <param name="Notes">Things to know, a sentence each.</param>
internal sealed record MatchedModels(IReadOnlyList<TensorSet> Aligned, MatchReport Report, IReadOnlyList<string> Notes)
{
    /// <summary>Matches by the method of a merge.</summary>
    /// <param name="subject">The merge.</param>
    /// <param name="context">The specification, and the run's model where there is one.</param>
    /// <param name="models">The models, all of the same tensors and finite.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static MatchedModels Find(MergeSubject subject, MergeContext context, IReadOnlyList<TensorSet> models, CancellationToken cancellation)
    {
        var spec = context.Spec!;
        var (clock, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var found = Search(subject, context, [.. models.Select((model, i) => StoredModel.Of(model, subject.Request.Models[i]))], models, cancellation);
        var (seconds, cpuSeconds) = (clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);

        var aligned = models.Select((model, i) => found.Permutations[i] is { } permutations ? Permuted(spec, permutations, model) : model).ToArray();
        var relabelled = found.Permutations.OfType<UnitPermutations>().ToArray();
        var (difference, allowed) = Compare(context.Probe, models, aligned);
        return new(aligned, new MatchReport(
            relabelled.Sum(permutations => permutations.Moved), relabelled.Sum(permutations => permutations.All.Values.Sum(p => p.Length)),
            found.Before, found.After, found.Objective, found.Sweeps, seconds, cpuSeconds, difference, allowed), found.Notes);
    }

    private static Found Search(
        MergeSubject subject, MergeContext context, StoredModel[] stored, IReadOnlyList<TensorSet> models, CancellationToken cancellation)
    {
        var spec = context.Spec!;
        switch (subject.Parameters)
        {
            case WeightMatchingParameters parameters:
                var match = WeightMatching.Run(spec, stored[0], stored[1], parameters.ToOptions(subject.Request.Threads), cancellation);
                return new([null, match.Permutations], match.InitialObjective, match.Objective, "inner product of the weights", match.Sweeps,
                    match.IsConverged ? [] : [$"weight matching had not converged after {match.Sweeps} sweeps"]);
            case ActivationMatchingParameters parameters:
                var seen = ProbeActivations.Match(context.Probe!, spec, models[0], models[1], parameters.Similarity, subject.Request.Threads, cancellation);
                return new([null, seen.Permutations], seen.Before, seen.After, $"summed {parameters.Similarity.ToString().ToLowerInvariant()} of the units", 1,
                    seen.Unseen.IsEmpty ? [] : [$"no layer shows the units of {string.Join(", ", seen.Unseen)} by themselves; they keep their places"]);
            case StraightThroughParameters parameters:
                return StraightThroughSearch(parameters, subject, context, stored, models, cancellation);
            case MergeManyParameters parameters:
                var many = MergeMany.Run(spec, stored, new MergeManyOptions
                {
                    MaxSweeps = parameters.MaxSweeps, Seed = parameters.Seed, Matching = new() { Parallelism = subject.Request.Threads },
                }, cancellation);
                return new([.. many.Permutations], many.SpreadBefore, many.Spread, "squared distance to the mean", many.Sweeps,
                    many.IsConverged ? [] : [$"merge-many had not converged after {many.Sweeps} sweeps"]);
            default:
                throw new InvalidOperationException($"{subject.Method.Name} matches no units.");
        }
    }

    private static Found StraightThroughSearch(
        StraightThroughParameters parameters, MergeSubject subject, MergeContext context, StoredModel[] stored, IReadOnlyList<TensorSet> models,
        CancellationToken cancellation)
    {
        var (spec, gradient) = (context.Spec!, new ProbeGradient(context.Probe!, parameters.Batch, parameters.Seed));
        var identity = UnitPermutations.Identity(spec.Sizes(models[0].Manifest));
        var before = gradient.Validate(StraightThrough.Midpoint(spec, identity, stored[0], stored[1]), cancellation);
        var match = StraightThrough.Run(
            spec, stored[0], stored[1], gradient.At, midpoint => gradient.Validate(midpoint, cancellation),
            new StraightThroughOptions
            {
                Steps = parameters.Steps, LearningRate = parameters.LearningRate, Momentum = parameters.Momentum, ValidateEvery = parameters.ValidateEvery,
                EnoughLoss = (gradient.Validate(models[0], cancellation) + gradient.Validate(models[1], cancellation)) / 2,
                Matching = new() { Order = VisitOrder.Specification, Parallelism = subject.Request.Threads },
            }, cancellation);
        return new([null, match.Permutations], before, match.Loss, "loss of the midpoint on held-out training examples", match.Steps, []);
    }

    private static TensorSet Permuted(PermutationSpec spec, UnitPermutations permutations, TensorSet model)
    {
        var copy = new TensorSet(model.Manifest, model.Data.ToArray());
        PermutedModel.Apply(spec, permutations, copy);
        return copy;
    }

    // The largest difference of any relabelled model, and what rounding may come to for that one.
    private static (double? Difference, double? Allowed) Compare(ModelProbe? probe, IReadOnlyList<TensorSet> models, IReadOnlyList<TensorSet> aligned)
    {
        if (probe is null)
        {
            return (null, null);
        }

        var worst = FunctionCheck.Same;
        foreach (var (model, relabelled) in models.Zip(aligned).Where(pair => !ReferenceEquals(pair.First, pair.Second)))
        {
            var check = FunctionCheck.Of(probe.Outputs(model), probe.Outputs(relabelled));
            worst = check.Difference / check.Allowed >= worst.Difference / worst.Allowed ? check : worst;
        }

        return (worst.Difference, worst.Allowed);
    }

    /// <summary>What a search found: for each model its permutations, null where it stays.</summary>
    private sealed record Found(
        IReadOnlyList<UnitPermutations?> Permutations, double Before, double After, string Objective, int Sweeps, IReadOnlyList<string> Notes);
}
