using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Why a tensor must not be merged by itself.</summary>
/// <param name="Why">The rest of a sentence about it.</param>
/// <param name="Remedy">What its owner can do.</param>
internal sealed record Inseparable(string Why, string Remedy);

/// <summary>
/// Finds tensors that look like weights and mean something only together with others: quantised numbers beside their scales, and the factors of low-rank changes
/// (LoRA). Where the models differ in them, a rule for each tensor alone gives a model that none of them is near.
/// </summary>
/// <param name="sources">The models and the base.</param>
internal sealed class InseparableTensors(IReadOnlyList<MergeSource> sources)
{
    private static readonly string[] ScaleWords = ["scale", "absmax", "scb", "zero_point"];

    private static readonly (string One, string Other)[] Factors =
        [("lora_A", "lora_B"), ("lora_embedding_A", "lora_embedding_B"), ("lora_down", "lora_up")];

    private readonly Dictionary<string, Inseparable> _found = new(StringComparer.Ordinal);

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, Inseparable> Find()
    {
        foreach (var source in sources)
        {
            var scales = source.Manifest.Where(IsScale).ToLookup(e => Owner(e.Name), StringComparer.Ordinal);
            foreach (var entry in source.Manifest)
            {
                if (!_found.ContainsKey(entry.Name) && MayBeQuantized(entry)) AddQuantized(entry, scales);
                foreach (var (one, other) in Factors) AddFactors(entry.Name, one, other);
            }
        }
        return _found;
    }

    private void AddQuantized(TensorEntry entry, ILookup<string, TensorEntry> scales)
    {
        var mine = scales[Owner(entry.Name)].Concat(scales[entry.Name]).Where(s => s.Name != entry.Name).Select(s => s.Name).ToArray();
        if (mine.Length == 0 || !Differs(entry.Name)) return;
        const string Remedy = "dequantise the models first";
        _found[entry.Name] = new($"holds quantised numbers ({entry.DType} with {Printable.Of(mine[0])}), which cannot be averaged", Remedy);
        foreach (var scale in mine) _found.TryAdd(scale, new($"belongs to the quantised {Printable.Of(entry.Name)}", Remedy));
    }

    // The product is linear in each factor: where all models share one of them, the other may be averaged.
    private void AddFactors(string name, string one, string other)
    {
        var parts = name.Split('.');
        var at = Array.IndexOf(parts, one);
        if (at < 0) return;
        parts[at] = other;
        var second = string.Join('.', parts);
        if (_found.ContainsKey(name) || !Differs(name) || !Differs(second)) return;
        const string Remedy = "merge each adapter into its base model first, then the models";
        _found[name] = new($"is a factor of a low-rank change (LoRA) beside {Printable.Of(second)}, and the mean of factors is not the mean of their products", Remedy);
        _found[second] = new($"is a factor of a low-rank change (LoRA) beside {Printable.Of(name)}, and the mean of factors is not the mean of their products", Remedy);
    }

    private bool Differs(string name) => !TensorBytes.AreEqual(
        [.. sources.Where(s => s.Manifest.TryFind(name, out _)).Select(s => new SourceTensor(s, s.Manifest[name]))]);

    private static bool MayBeQuantized(TensorEntry entry) => !BufferKinds.IsCounter(entry)
        && entry.DType is not (TensorDType.F32 or TensorDType.F64 or TensorDType.F16 or TensorDType.BF16 or TensorDType.BOOL or TensorDType.C64);

    private static bool IsScale(TensorEntry entry) =>
        ScaleWords.Any(word => entry.Name.AsSpan(entry.Name.LastIndexOf('.') + 1).Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string Owner(string name) => name[..Math.Max(0, name.LastIndexOf('.'))];
}
