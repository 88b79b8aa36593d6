using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>One tensor of one source.</summary>
internal readonly record struct SourceTensor(MergeSource Model, TensorEntry Entry);

/// <summary>What becomes of one tensor of the merged model.</summary>
/// <param name="Output">The tensor.</param>
/// <param name="Sources">It in every source: the models, the base, the models' importances; empty where it is not merged.</param>
/// <param name="Merged">The first elements, which are merged.</param>
/// <param name="Rest">Where the further ones come from.</param>
internal sealed record PlannedTensor(TensorEntry Output, ImmutableArray<SourceTensor> Sources, long Merged, SourceTensor Rest)
{
    /// <summary>Whether the rest is a counter, of which the largest is taken.</summary>
    public bool IsCounter { get; init; }

    /// <summary>Which layer with weights it belongs to, from 1; for other tensors the last such layer before it, 0 before the first.</summary>
    public int Layer { get; init; }

    /// <summary>Whether it is the bias of a layer with weights.</summary>
    public bool IsLayerBias { get; init; }
}
