using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>The search of <see cref="MergeMany"/>.</summary>
internal sealed class MergeManySearch
{
    private readonly PermutationSpec _spec;
    private readonly StoredModel _first;
    private readonly MergeManyOptions _options;
    private readonly WideModel[] _models;
    private readonly UnitPermutations[] _permutations;
    private readonly ImmutableArray<MergeManyVisit>.Builder _visits = ImmutableArray.CreateBuilder<MergeManyVisit>();

    public MergeManySearch(PermutationSpec spec, IReadOnlyList<StoredModel> models, MergeManyOptions options)
    {
        (_spec, _first, _options) = (spec, models[0], options);
        _models = [.. models.Select(model => WideModel.Of(model))];
        var identity = UnitPermutations.Identity(spec.Sizes(models[0].Manifest));
        _permutations = [.. models.Select(_ => identity)];
    }

    public ManyMerged Run(CancellationToken cancellation)
    {
        var before = Spread(out _);
        var random = new Random(_options.Seed);
        int[] order = [.. Enumerable.Range(0, _models.Length)];
        var (sweeps, progress) = (0, true);
        for (; progress && sweeps < _options.MaxSweeps; sweeps++)
        {
            progress = false;
            if (_options.IsRandom) random.Shuffle(order);
            // Summed anew in every sweep, so that rounding does not pile up.
            var sum = Sum();
            foreach (var model in order) progress |= Visit(sweeps, model, sum, cancellation);
        }
        var spread = Spread(out var mean);
        return new ManyMerged
        {
            Merged = mean.In(_first.Manifest),
            Permutations = [.. _permutations],
            Sweeps = sweeps,
            IsConverged = !progress,
            SpreadBefore = before,
            Spread = spread,
            Visits = _visits.ToImmutable(),
        };
    }

    /// <summary>Matches one model with the mean of the others; true when that brought it nearer.</summary>
    private bool Visit(int sweep, int place, WideModel sum, CancellationToken cancellation)
    {
        var model = _models[place];
        sum.Add(-1, model.Stored());
        var others = WideModel.Of(sum.Stored());
        others.Scale(1.0 / (_models.Length - 1));
        var before = Distance(others, model);
        var match = WeightMatching.Run(
            _spec, others.Stored("the mean of the others"), model.Stored(), _options.Matching with { WarmStart = null }, cancellation);
        PermutedModel.Apply(_spec, match.Permutations, model.Set);
        _permutations[place] = _permutations[place].Then(match.Permutations);
        var after = Distance(others, model);
        sum.Add(1, model.Stored());
        _visits.Add(new MergeManyVisit(sweep, place, before, after));
        return before - after > _options.Tolerance;
    }

    private double Distance(WideModel one, WideModel other) => Math.Sqrt(one.SquaredDistance(other.Set, _options.Matching.IncludeBuffers));

    private WideModel Sum()
    {
        var sum = WideModel.Zeros(_first);
        foreach (var model in _models) sum.Add(1, model.Stored());
        return sum;
    }

    private double Spread(out WideModel mean)
    {
        mean = Sum();
        mean.Scale(1.0 / _models.Length);
        var spread = 0.0;
        foreach (var model in _models) spread += mean.SquaredDistance(model.Set, _options.Matching.IncludeBuffers);
        return spread;
    }
}
