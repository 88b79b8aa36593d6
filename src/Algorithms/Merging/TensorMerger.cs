using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>A merger that makes each tensor from that tensor alone.</summary>
internal abstract class TensorMerger : IMerger
{
    public virtual IEnumerable<string> Problems(MergeInput input) => [];

    public MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default) =>
        new MergeRun(plan, output, cancellation).Each(Merge);

    /// <summary>Reads the tensor as often as the method needs to, then writes it; called by several threads at once.</summary>
    protected abstract void Merge(TensorSweep tensor);
}
