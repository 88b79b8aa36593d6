using System.Collections.Concurrent;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What the permutations in use say about a name: the gather p.</summary>
internal delegate ReadOnlyMemory<int> CurrentPermutation(string name);

/// <summary>Two models whose units are compared, tensor by tensor.</summary>
internal sealed class MatchedModels
{
    // Sums of tensors that no other permutation touches are the same in every sweep: they are kept within this many bytes.
    private const long MostKeptBytes = 256L << 20;

    private readonly PermutationSpec _spec;
    private readonly StoredModel _reference;
    private readonly StoredModel _model;
    private readonly Dictionary<string, double> _factors;
    private readonly HashSet<string> _keeping = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, double[]> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<UnitProducts> _products = [];

    public MatchedModels(PermutationSpec spec, StoredModel reference, StoredModel model, WeightMatchingOptions options)
    {
        (_spec, _reference, _model) = (spec, reference, model);
        Sizes = spec.Sizes(reference.Manifest);
        _factors = spec.Tensors.Where(tensor => !tensor.IsFixed && Counts(reference.Manifest[tensor.Name], options))
            .ToDictionary(tensor => tensor.Name, tensor => Factor(tensor, options), StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var name in spec.Names)
        {
            bytes += (long)Sizes[name] * Sizes[name] * sizeof(double);
            if (bytes <= MostKeptBytes) _keeping.Add(name);
        }
    }

    public IReadOnlyDictionary<string, int> Sizes { get; }

    /// <summary>
    /// Whether the best choice of a permutation depends on the permutation itself, because it acts on two axes of one tensor; the products then
    /// hold for small changes only.
    /// </summary>
    public bool IsQuadratic(string name) => _spec.UsesOf(name).Where(use => _factors.ContainsKey(use.Tensor.Name))
        .GroupBy(use => use.Tensor.Name).Any(uses => uses.Select(use => use.Axis).Distinct().Count() > 1);

    /// <summary>Σ factor × ⟨reference, permuted model⟩ over the tensors that count, or over those that one permutation acts on.</summary>
    public double Objective(CurrentPermutation current, string? only = null)
    {
        var tensors = only is null ? _spec.Tensors : _spec.UsesOf(only).Select(use => use.Tensor).Distinct();
        var sum = 0.0;
        foreach (var tensor in tensors.Where(tensor => _factors.ContainsKey(tensor.Name)))
        {
            using var a = Values(_reference, tensor);
            using var b = Values(_model, tensor);
            b.Gather(AxisMaps.Of(tensor, _model.Manifest[tensor.Name].Shape.AsSpan(), name => current(name)));
            sum += _factors[tensor.Name] * Reductions.Dot(a.Doubles, b.Doubles);
        }
        return sum;
    }

    /// <summary>C[i, j]: what the objective has of unit j of the model in place i, the other permutations being as they are.</summary>
    public double[] Products(string name, CurrentPermutation current)
    {
        var uses = _spec.UsesOf(name).Where(use => _factors.ContainsKey(use.Tensor.Name)).ToLookup(IsConstant);
        if (!_products.TryTake(out var products)) products = new UnitProducts();
        if (!_kept.TryGetValue(name, out var sums))
        {
            sums = new double[Sizes[name] * Sizes[name]];
            foreach (var use in uses[true]) Add(use, current, products, sums);
            if (_keeping.Contains(name)) _kept[name] = sums;
        }
        if (_keeping.Contains(name)) sums = (double[])sums.Clone();
        foreach (var use in uses[false]) Add(use, current, products, sums);
        _products.Add(products);
        return sums;
    }

    private static bool IsConstant(AxisUse use) => use.Tensor.Axes.SelectMany(axis => axis).Count() == 1;

    private static bool Counts(TensorEntry entry, WeightMatchingOptions options) => entry.DType.IsFloating()
        && (!entry.IsBuffer || options.IncludeBuffers) && !options.Excluded.Contains(entry.Name);

    private double Factor(TensorAxes tensor, WeightMatchingOptions options)
    {
        var factor = options.Weights.GetValueOrDefault(tensor.Name, 1);
        if (!options.Normalise) return factor;
        using var a = Values(_reference, tensor);
        using var b = Values(_model, tensor);
        var norms = Norms.Euclidean(a.Doubles) * Norms.Euclidean(b.Doubles);
        return norms > 0 ? factor / norms : 0;
    }

    private static TensorValues Values(StoredModel model, TensorAxes tensor) => new(model, model.Manifest[tensor.Name]);

    private void Add(AxisUse use, CurrentPermutation current, UnitProducts products, double[] sums)
    {
        using var a = Values(_reference, use.Tensor);
        using var b = Values(_model, use.Tensor);
        var shape = _reference.Manifest[use.Tensor.Name].Shape.AsSpan();
        var maps = AxisMaps.Of(use.Tensor, shape, name => current(name));
        // What acts on the same axis earlier has moved the model's places already; what acts later is undone in the reference instead.
        var same = use.Tensor.Axes[use.Axis];
        var (before, after) = (new int[]?[shape.Length], new int[]?[shape.Length]);
        before[use.Axis] = AxisMaps.Of(Others(same.AsSpan()[..use.Entry], use), (int)shape[use.Axis], name => current(name));
        if (AxisMaps.Of(Others(same.AsSpan()[(use.Entry + 1)..], use), (int)shape[use.Axis], name => current(name)) is { } later)
            after[use.Axis] = UnitPermutations.Inverse(later);
        a.Gather(after);
        b.Gather(before);
        maps[use.Axis] = null;

        var units = Sizes[use.How.Permutation];
        var (aRows, bRows) = (Rows(use, shape, units, new int[]?[shape.Length]), Rows(use, shape, units, maps));
        var factor = _factors[use.Tensor.Name];
        switch (a.IsSingle, b.IsSingle)
        {
            case (true, true): products.Add(units, a.Singles, aRows, b.Singles, bRows, factor, sums); break;
            case (true, false): products.Add(units, a.Singles, aRows, b.Doubles, bRows, factor, sums); break;
            case (false, true): products.Add(units, a.Doubles, aRows, b.Singles, bRows, factor, sums); break;
            default: products.Add(units, a.Doubles, aRows, b.Doubles, bRows, factor, sums); break;
        }
    }

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
