using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>What happens to a tensor that not every model has in the same shape.</summary>
public enum MergeMismatch
{
    /// <summary>The merge is refused, naming the tensor.</summary>
    Refuse,
    /// <summary>The tensor is taken as it is from the first model that has it, and reported.</summary>
    Skip,
    /// <summary>
    /// Tensors that differ in their first extent only (an output layer that grew by new classes) are merged in the rows that all have; the
    /// further rows come from the first model that has most of them. Any other difference is refused.
    /// </summary>
    SharedRows,
}

/// <summary>How good a model is on held-out data; higher is better.</summary>
/// <param name="manifest">The model's tensors.</param>
/// <param name="model">Their bytes, valid during the call.</param>
public delegate double ModelScore(TensorManifest manifest, ITensorReader model);

/// <summary>What a merger works on.</summary>
public sealed record MergeInput
{
    /// <summary>The models in the user's order. The first gives the merged model's order of tensors and their element types.</summary>
    public required ImmutableArray<MergeSource> Models { get; init; }

    /// <summary>The model that the others were tuned from, for mergers that work on differences to it.</summary>
    public MergeSource? Base { get; init; }

    /// <summary>What happens to tensors that not all models have alike.</summary>
    /// <value><see cref="MergeMismatch.Refuse"/>.</value>
    public MergeMismatch Mismatch { get; init; } = MergeMismatch.Refuse;

    /// <summary>The score, for mergers that choose by it (<see cref="MergerEntry.NeedsScore"/>).</summary>
    public ModelScore? Score { get; init; }

    /// <summary>Memory and threads.</summary>
    public WorkLimits Limits { get; init; } = new();
}
