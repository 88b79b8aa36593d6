using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>A merge that was checked, made by <see cref="ModelMerge.Plan"/>: what will come out, or what is in the way.</summary>
public sealed class MergePlan
{
    internal MergePlan(
        IMerger merger, MergeInput input, ImmutableArray<PlannedTensor> tensors, ImmutableArray<string> problems, ImmutableArray<string> skipped)
    {
        Merger = merger;
        Input = input;
        Tensors = tensors;
        Problems = problems;
        Skipped = skipped;
        Manifest = new TensorManifest(tensors.Select(t => t.Output));
    }

    /// <summary>The merged model's tensors; meaningful only when there are no <see cref="Problems"/>.</summary>
    public TensorManifest Manifest { get; }

    /// <summary>All that is in the way, a sentence each, safe to print; the merge runs only when there is none.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Tensors that are not or not wholly merged and differ between the models, and those that stand for a tied one, a sentence each.</summary>
    public ImmutableArray<string> Skipped { get; }

    internal IMerger Merger { get; }

    internal MergeInput Input { get; }

    /// <summary>One for each tensor of the manifest; the entries' offsets are the manifest's.</summary>
    internal ImmutableArray<PlannedTensor> Tensors { get; }
}
