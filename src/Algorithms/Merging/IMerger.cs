using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>
/// Makes one model out of several, tensor by tensor, in double precision, with buffers of a bounded size. Same input, same bits: neither
/// the number of threads nor the size of the buffers shows in the result. An instance keeps nothing between two calls.
/// </summary>
public interface IMerger
{
    /// <summary>What its own rules have against the input, apart from the tensors themselves; a line each, empty when nothing.</summary>
    /// <param name="input">The models.</param>
    IEnumerable<string> Problems(MergeInput input);

    /// <summary>Merges.</summary>
    /// <param name="plan">A plan for this merger without <see cref="MergePlan.Problems"/>.</param>
    /// <param name="output">
    /// Takes the bytes of <see cref="MergePlan.Manifest"/>, each once. Unless the report's outcome is <see cref="MergeOutcome.Merged"/>,
    /// something useless was written.
    /// </param>
    /// <param name="cancellation">Stops the work between two pieces.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <exception cref="IOException">A model could not be read or the merged one not be written.</exception>
    MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default);
}
