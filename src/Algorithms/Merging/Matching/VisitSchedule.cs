using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// In which order permutations are visited, cut into runs of permutations that share no tensor: the members of a run do not see each other, so
/// that solving them at the same time gives what solving them one after the other gives.
/// </summary>
internal sealed class VisitSchedule
{
    private readonly bool[,] _conflict;
    private readonly int[] _order;
    private readonly Random? _random;

    public VisitSchedule(PermutationSpec spec, VisitOrder order, int seed)
    {
        _conflict = Conflicts(spec);
        _order = [.. Enumerable.Range(0, spec.Names.Length)];
        if (order == VisitOrder.Random) _random = new Random(seed);
        if (order == VisitOrder.Colours) Array.Sort(Colours(), _order, Comparer<(int, int)>.Default);
    }

    /// <summary>The next sweep: places in <see cref="PermutationSpec.Names"/>, run by run.</summary>
    public List<int[]> Next()
    {
        _random?.Shuffle(_order);
        var runs = new List<int[]>();
        var run = new List<int>();
        foreach (var one in _order)
        {
            if (run.Exists(other => _conflict[one, other]))
            {
                runs.Add([.. run]);
                run.Clear();
            }
            run.Add(one);
        }
        if (run.Count > 0) runs.Add([.. run]);
        return runs;
    }

    /// <summary>The permutations that share a tensor with one.</summary>
    public int[] NeighboursOf(int one) => [.. _order.Where(other => other != one && _conflict[one, other]).Order()];

    /// <summary>The first colour that no neighbour has, for one permutation after the other; equal colours keep the order of names.</summary>
    private (int Colour, int Place)[] Colours()
    {
        var colours = new (int Colour, int Place)[_order.Length];
        for (var one = 0; one < colours.Length; one++)
        {
            var taken = Enumerable.Range(0, one).Where(other => _conflict[one, other]).Select(other => colours[other].Colour).ToHashSet();
            var colour = 0;
            while (taken.Contains(colour)) colour++;
            colours[one] = (colour, one);
        }
        return colours;
    }

    private static bool[,] Conflicts(PermutationSpec spec)
    {
        var places = spec.Names.Select((name, place) => (name, place)).ToDictionary(n => n.name, n => n.place, StringComparer.Ordinal);
        var conflict = new bool[places.Count, places.Count];
        foreach (var tensor in spec.Tensors)
        {
            var on = tensor.Axes.SelectMany(axis => axis).Select(entry => places[entry.Permutation]).Distinct().ToImmutableArray();
            foreach (var one in on)
                foreach (var other in on) conflict[one, other] = one != other;
        }
        return conflict;
    }
}
