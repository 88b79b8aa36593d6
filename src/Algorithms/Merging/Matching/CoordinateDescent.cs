using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Assignments;
using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>The search of <see cref="WeightMatching"/>.</summary>
internal sealed class CoordinateDescent
{
    private readonly PermutationSpec _spec;
    private readonly MatchedModels _models;
    private readonly WeightMatchingOptions _options;
    private readonly VisitSchedule _schedule;
    private readonly int[][] _current;
    private readonly int[][] _neighbours;
    private readonly Dictionary<string, int> _places;

    // How often each permutation changed, and what a permutation's neighbours had come to when it was last chosen.
    private readonly int[] _version;
    private readonly int[]?[] _seen;

    // The last assignment of each: the next one is of costs that differ less from sweep to sweep.
    private readonly Assignment?[] _solved;

    private readonly ImmutableArray<MatchingVisit>.Builder _visits = ImmutableArray.CreateBuilder<MatchingVisit>();
    private double _objective;

    public CoordinateDescent(PermutationSpec spec, MatchedModels models, WeightMatchingOptions options)
    {
        (_spec, _models, _options) = (spec, models, options);
        _schedule = new VisitSchedule(spec, options.Order, options.Seed);
        _places = Enumerable.Range(0, spec.Names.Length).ToDictionary(place => spec.Names[place], StringComparer.Ordinal);
        _neighbours = [.. _places.Values.Select(_schedule.NeighboursOf)];
        var start = options.WarmStart ?? UnitPermutations.Identity(models.Sizes);
        _current = [.. spec.Names.Select(name => start[name].ToArray())];
        (_version, _seen, _solved) = (new int[_current.Length], new int[]?[_current.Length], new Assignment?[_current.Length]);
    }

    public WeightMatch Run(CancellationToken cancellation)
    {
        var initial = _objective = _models.Objective(Current);
        var (sweeps, progress) = (0, true);
        for (; progress && sweeps < _options.MaxSweeps; sweeps++)
        {
            progress = false;
            foreach (var run in _schedule.Next()) progress |= Visit(sweeps, run, cancellation);
        }
        return new WeightMatch
        {
            Permutations = new UnitPermutations(_spec.Names.Select((name, place) => KeyValuePair.Create(name, _current[place].ToImmutableArray()))),
            InitialObjective = initial,
            Objective = _models.Objective(Current),
            Sweeps = sweeps,
            IsConverged = !progress,
            Visits = _visits.ToImmutable(),
        };
    }

    private ReadOnlyMemory<int> Current(string name) => _current[_places[name]];

    /// <summary>A choice that is not yet made.</summary>
    private sealed record Proposal(int[] Permutation, double Gain, TimeSpan SolverTime, bool IsOptimal);

    /// <summary>Chooses the permutations of a run anew; true when one changed.</summary>
    private bool Visit(int sweep, int[] run, CancellationToken cancellation)
    {
        var proposals = new Proposal[run.Length];
        // One after the other on this thread where there is nothing to share: the caller's exceptions stay plain.
        if (_options.Parallelism == 1 || run.Length == 1)
            for (var i = 0; i < run.Length; i++) proposals[i] = Propose(run[i], cancellation);
        else
            Parallel.For(0, run.Length, new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellation },
                i => proposals[i] = Propose(run[i], cancellation));

        var progress = false;
        for (var i = 0; i < run.Length; i++)
        {
            var (place, proposal) = (run[i], proposals[i]);
            var accepted = proposal.Gain > _options.Tolerance * (1 + Math.Abs(_objective));
            if (accepted)
            {
                _current[place] = proposal.Permutation;
                _version[place]++;
                _objective += proposal.Gain;
                progress = true;
            }
            // An assignment that was broken off, or held for small changes only, may get further next time.
            _seen[place] = proposal.IsOptimal && !(accepted && _models.IsQuadratic(_spec.Names[place])) ? Versions(place) : null;
            _visits.Add(new MatchingVisit(
                sweep, _spec.Names[place], accepted ? proposal.Gain : 0, _objective, proposal.SolverTime, proposal.IsOptimal));
        }
        return progress;
    }

    private Proposal Propose(int place, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var (name, old) = (_spec.Names[place], _current[place]);
        if (old.Length < 2 || (_seen[place] is { } seen && seen.AsSpan().SequenceEqual(Versions(place))))
            return new Proposal(old, 0, TimeSpan.Zero, IsOptimal: true);
        var costs = _models.Products(name, Current);
        var solved = LinearAssignment.Solve(
            costs, old.Length, new AssignmentOptions { TimeLimit = _options.AssignmentTimeLimit, Clock = _options.Clock }, _solved[place], cancellation);
        _solved[place] = solved;
        int[] chosen = [.. solved.ColumnOf];
        return new Proposal(chosen, Gain(name, costs, old, chosen), solved.Elapsed, solved.IsOptimal);
    }

    /// <summary>By how much the objective rises; where the products hold for small changes only, it is worked out anew.</summary>
    private double Gain(string name, double[] costs, int[] old, int[] chosen)
    {
        if (_models.IsQuadratic(name))
            return _models.Objective(other => other == name ? chosen : Current(other), only: name) - _models.Objective(Current, only: name);
        var gain = 0.0;
        for (var i = 0; i < old.Length; i++) gain += costs[(i * old.Length) + chosen[i]] - costs[(i * old.Length) + old[i]];
        return gain;
    }

    private int[] Versions(int place) => [_version[place], .. _neighbours[place].Select(neighbour => _version[neighbour])];
}
