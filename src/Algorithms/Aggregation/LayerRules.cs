using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>How one tensor of the new model is made.</summary>
internal abstract record LayerRule
{
    /// <summary>A combination of the clients' tensors; never below 0 where the tensor is a variance.</summary>
    public sealed record Combine(Combination Of, bool NeverNegative) : LayerRule;

    /// <summary>The first client's: integers of unknown meaning are never averaged and cut.</summary>
    public sealed record First : LayerRule;

    /// <summary>The clients' maximum: counters of steps.</summary>
    public sealed record Maximum : LayerRule;
}

/// <summary>One rule for each tensor of a manifest.</summary>
internal static class LayerRules
{
    /// <summary>The same combination for all parameters, and one for all buffers.</summary>
    public static LayerRule[] For(TensorManifest manifest, Combination parameters, Combination statistics) =>
        For(manifest, (_, entry) => entry.IsTrainable ? parameters : statistics);

    /// <summary>A combination for each floating-point tensor; integers need none.</summary>
    public static LayerRule[] For(TensorManifest manifest, Func<int, TensorEntry, Combination> combination)
    {
        var rules = new LayerRule[manifest.Count];
        for (var i = 0; i < rules.Length; i++)
        {
            var entry = manifest[i];
            rules[i] = entry switch
            {
                _ when entry.DType.IsFloating() => new LayerRule.Combine(combination(i, entry), BufferKinds.IsVariance(entry)),
                _ when BufferKinds.IsCounter(entry) => new LayerRule.Maximum(),
                _ => new LayerRule.First(),
            };
        }
        return rules;
    }
}
