using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of the greedy soup (Wortsman et al. 2022): from the best model on, in descending order of score, each model stays in that does
/// not make the mean of those in it worse.
/// </summary>
public sealed record GreedySoupParameters : MergerParameters
{
    /// <summary>Whether a model must make the soup better to stay, as in the authors' code; otherwise not worse is enough, as in the paper.</summary>
    /// <value>False.</value>
    public bool Strict { get; init; }
}

internal sealed class GreedySoup(GreedySoupParameters parameters) : IMerger
{
    public IEnumerable<string> Problems(MergeInput input) => [];

    public MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default)
    {
        var score = plan.Input.Score!;
        double Score(IReadOnlyList<int> members)
        {
            cancellation.ThrowIfCancellationRequested();
            return score(plan.Manifest, new SoupReader(plan, members));
        }

        var alone = Enumerable.Range(0, plan.Input.Models.Length).Select(k => Score([k])).ToArray();
        var (kept, steps) = Choose(alone, Score, parameters.Strict);
        var weights = new double[plan.Input.Models.Length];
        foreach (var k in kept) weights[k] = 1;
        var report = new MergeRun(plan, output, cancellation).Each(
            tensor => tensor.Write((piece, merged) => LinearMerge.Sum(piece, weights, kept.Length, merged)));
        return report with { Kept = kept, Steps = steps };
    }

    /// <summary>Decides; a score that is NaN counts as the worst.</summary>
    /// <param name="alone">Each model's own score.</param>
    /// <param name="score">The score of the mean of some.</param>
    /// <param name="strict">Whether a model must make it better.</param>
    internal static (ImmutableArray<int> Kept, ImmutableArray<SoupStep> Steps) Choose(
        IReadOnlyList<double> alone, Func<IReadOnlyList<int>, double> score, bool strict)
    {
        var order = Enumerable.Range(0, alone.Count).OrderByDescending(k => alone[k]).ToArray();
        var kept = ImmutableArray.Create(order[0]);
        var best = alone[order[0]];
        var steps = ImmutableArray.CreateBuilder<SoupStep>();
        foreach (var k in order.Skip(1))
        {
            var with = score(kept.Add(k));
            var accepted = strict ? with > best : with >= best;
            steps.Add(new SoupStep(k, with, accepted));
            if (accepted) (kept, best) = (kept.Add(k), with);
        }
        return (kept, steps.ToImmutable());
    }
}
