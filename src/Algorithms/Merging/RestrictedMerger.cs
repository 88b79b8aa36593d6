using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>A merger that is another one with rules of its own about what it takes.</summary>
/// <param name="merger">The one that merges.</param>
internal abstract class RestrictedMerger(IMerger merger) : IMerger
{
    public abstract IEnumerable<string> Problems(MergeInput input);

    public MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default) =>
        merger.Merge(plan, output, cancellation);
}
