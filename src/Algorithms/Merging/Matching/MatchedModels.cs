using System.Collections.Concurrent;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What the permutations in use say about a name: the gather p.</summary>
internal delegate ReadOnlyMemory<int> CurrentPermutation(string name);

/// <summary>Two models whose units are compared, tensor by tensor.</summary>
internal sealed class MatchedModels
{
    // What was summed for a permutation is kept, as long as all of it stays within this many bytes.
    private const long MostKeptBytes = 512L << 20;

    private readonly PermutationSpec _spec;
    private readonly StoredModel _reference;
    private readonly StoredModel _model;
    private readonly Dictionary<string, double> _factors;
    private readonly HashSet<string> _keeping = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, KeptSums> _kept = new(StringComparer.Ordinal);
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
            bytes += 2L * Sizes[name] * Sizes[name] * sizeof(double);
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

    /// <summary>
    /// C[i, j]: what the objective has of unit j of the model in place i, the other permutations being as they are. Valid until the next call
    /// for that permutation.
    /// </summary>
    public double[] Products(string name, CurrentPermutation current)
    {
        if (!_products.TryTake(out var products)) products = new UnitProducts();
        var terms = _spec.UsesOf(name).Where(use => _factors.ContainsKey(use.Tensor.Name)).Select(use => new MatchedTerm(use, this, current)).ToList();
        var kept = _kept.GetValueOrDefault(name);
        if (kept is null)
        {
            kept = new KeptSums(new double[Sizes[name] * Sizes[name]], terms.Where(term => !term.IsConstant));
            foreach (var term in terms.Where(term => term.IsConstant)) term.Add(products, kept.Constant);
            if (_keeping.Contains(name)) _kept[name] = kept;
        }
        kept.Update(products, terms.Where(term => !term.IsConstant).ToList());
        _products.Add(products);
        return kept.Sums;
    }

    public double FactorOf(string tensor) => _factors[tensor];

    public TensorValues ReferenceValues(TensorAxes tensor) => Values(_reference, tensor);

    public TensorValues ModelValues(TensorAxes tensor) => Values(_model, tensor);

    public ReadOnlySpan<long> ShapeOf(TensorAxes tensor) => _reference.Manifest[tensor.Name].Shape.AsSpan();

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
}
