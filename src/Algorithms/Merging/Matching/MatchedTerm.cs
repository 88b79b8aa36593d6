using Distributed.Algorithms.Merging.Permutations;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What one use of a permutation adds to its products, the other permutations being as they are.</summary>
internal sealed class MatchedTerm
{
    private readonly AxisUse _use;
    private readonly MatchedModels _models;
    private readonly int[]?[] _before;
    private readonly int[]?[] _after;
    private readonly UnitRows _reference;
    private readonly UnitRows _model;

    public MatchedTerm(AxisUse use, MatchedModels models, CurrentPermutation current)
    {
        (_use, _models) = (use, models);
        var shape = models.ShapeOf(use.Tensor);
        ReadOnlyMemory<int> Current(string name) => current(name);
        // What acts on the same axis earlier has moved the model's places already; what acts later is undone in the reference instead.
        var same = use.Tensor.Axes[use.Axis];
        (_before, _after) = (new int[]?[shape.Length], new int[]?[shape.Length]);
        _before[use.Axis] = AxisMaps.Of(Others(same.AsSpan()[..use.Entry], use), (int)shape[use.Axis], Current);
        if (AxisMaps.Of(Others(same.AsSpan()[(use.Entry + 1)..], use), (int)shape[use.Axis], Current) is { } later)
            _after[use.Axis] = UnitPermutations.Inverse(later);

        var maps = AxisMaps.Of(use.Tensor, shape, Current);
        maps[use.Axis] = null;
        var units = models.Sizes[use.How.Permutation];
        (_reference, _model) = (Rows(use, shape, units, new int[]?[shape.Length]), Rows(use, shape, units, maps));
    }

    /// <summary>Whether no other permutation has a say.</summary>
    public bool IsConstant => _use.Tensor.Axes.SelectMany(axis => axis).Count() == 1;

    /// <summary>Number of products for each pair of units.</summary>
    public int Width => _model.Width;

    /// <summary>Adds all of it.</summary>
    public void Add(UnitProducts products, Span<double> sums) => Add(products, sums, _reference, _model, 1);

    /// <summary>The products whose element of the model is another than before; null where that cannot be said.</summary>
    public int[]? ChangesSince(MatchedTerm earlier) =>
        _before[_use.Axis] is null && _after[_use.Axis] is null && earlier._before[_use.Axis] is null && earlier._after[_use.Axis] is null
            ? [.. Enumerable.Range(0, Width).Where(k => _model.Offsets[k] != earlier._model.Offsets[k])]
            : null;

    /// <summary>Adds what has changed.</summary>
    public void AddChanges(UnitProducts products, Span<double> sums, MatchedTerm earlier, int[] changes)
    {
        var reference = Only(_reference, changes);
        Add(products, sums, reference, Only(earlier._model, changes), -1);
        Add(products, sums, reference, Only(_model, changes), 1);
    }

    private void Add(UnitProducts products, Span<double> sums, UnitRows reference, UnitRows model, double sign)
    {
        using var a = _models.ReferenceValues(_use.Tensor).Gather(_after);
        using var b = _models.ModelValues(_use.Tensor).Gather(_before);
        var (units, factor) = (_models.Sizes[_use.How.Permutation], sign * _models.FactorOf(_use.Tensor.Name));
        switch (a.IsSingle, b.IsSingle)
        {
            case (true, true): products.Add(units, a.Singles, reference, b.Singles, model, factor, sums); break;
            case (true, false): products.Add(units, a.Singles, reference, b.Doubles, model, factor, sums); break;
            case (false, true): products.Add(units, a.Doubles, reference, b.Singles, model, factor, sums); break;
            default: products.Add(units, a.Doubles, reference, b.Doubles, model, factor, sums); break;
        }
    }

    private static UnitRows Only(UnitRows rows, int[] places) => rows with { Offsets = [.. places.Select(k => rows.Offsets[k])] };

    private static List<AxisEntry> Others(ReadOnlySpan<AxisEntry> entries, AxisUse use)
    {
        var others = new List<AxisEntry>();
        foreach (var entry in entries)
        {
            if (entry.Permutation != use.How.Permutation) others.Add(entry);
        }
        return others;
    }

    private static UnitRows Rows(AxisUse use, ReadOnlySpan<long> shape, int units, int[]?[] maps)
    {
        var how = use.How;
        var outer = new[] { 0 };
        for (var axis = 0; axis < use.Axis; axis++) outer = Extend(outer, (int)shape[axis], maps[axis]);
        var inner = new[] { 0 };
        for (var axis = use.Axis + 1; axis < shape.Length; axis++) inner = Extend(inner, (int)shape[axis], maps[axis]);

        var (length, width) = ((int)shape[use.Axis], inner.Length);
        var offsets = new int[outer.Length * how.Block * width];
        var at = 0;
        foreach (var o in outer)
        {
            for (var part = 0; part < how.Block; part++)
            {
                var start = ((o * length) + (how.Place(0, part, units) - how.Offset)) * width;
                foreach (var i in inner) offsets[at++] = start + i;
            }
        }
        return new UnitRows(how.Offset * width, (how.Place(1, 0, units) - how.Place(0, 0, units)) * width, offsets);
    }

    /// <summary>Every position so far with every place of one more axis.</summary>
    private static int[] Extend(int[] positions, int length, int[]? map)
    {
        var extended = new int[positions.Length * length];
        for (var i = 0; i < positions.Length; i++)
        {
            for (var j = 0; j < length; j++) extended[(i * length) + j] = (positions[i] * length) + (map is null ? j : map[j]);
        }
        return extended;
    }
}
