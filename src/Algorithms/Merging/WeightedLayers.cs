using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Counts the layers with weights, by PyTorch's names: a matrix or kernel <c>x.weight</c> and its <c>x.bias</c>.</summary>
internal static class WeightedLayers
{
    private const string Bias = "bias";

    /// <summary>Whether a tensor is a matrix, a kernel or a table; norms have vectors only.</summary>
    public static bool IsWeight(TensorEntry entry) => entry.IsTrainable && entry.Shape.Length >= 2;

    /// <summary>The tensors with the number of their layer.</summary>
    public static ImmutableArray<PlannedTensor> Mark(ImmutableArray<PlannedTensor> tensors)
    {
        var layerOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
            if (IsWeight(tensor.Output)) layerOf.TryAdd(Owner(tensor.Output.Name), layerOf.Count + 1);

        var marked = ImmutableArray.CreateBuilder<PlannedTensor>(tensors.Length);
        var last = 0;
        foreach (var tensor in tensors)
        {
            var name = tensor.Output.Name;
            var known = layerOf.TryGetValue(Owner(name), out var layer);
            if (known) last = Math.Max(last, layer);
            marked.Add(tensor with
            {
                Layer = known ? layer : last,
                IsLayerBias = known && tensor.Output.IsTrainable && tensor.Output.Shape.Length == 1 && name.EndsWith(Bias, StringComparison.Ordinal),
            });
        }
        return marked.ToImmutable();
    }

    // A name without a dot has no siblings.
    private static string Owner(string name) => name.LastIndexOf('.') is var dot and >= 0 ? name[..dot] : name;
}
