using System.ComponentModel.DataAnnotations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of global magnitude pruning: the smallest weights of all matrices and kernels together become 0; biases, norms and buffers are
/// neither counted nor cut. The pruned model can then be re-normalised towards the dense one, as merged ones are.
/// </summary>
public sealed record MagnitudePruningParameters : MergerParameters
{
    /// <summary>The share of weights that is cut.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double Sparsity { get; init; } = 0.5;
}

internal sealed class MagnitudePruning(MagnitudePruningParameters parameters) : IMerger
{
    public IEnumerable<string> Problems(MergeInput input) => [];

    public MergeReport Merge(MergePlan plan, ITensorWriter output, CancellationToken cancellation = default)
    {
        var run = new MergeRun(plan, output, cancellation);
        var weights = run.Survey().Where(t => WeightedLayers.IsWeight(t.Entry)).ToList();
        var elements = weights.Sum(t => t.Length);
        var cut = MagnitudeSelection.Largest(weights, 0, elements - (long)(parameters.Sparsity * elements));
        var starts = new Dictionary<int, long>();
        long start = 0;
        foreach (var tensor in weights)
        {
            starts.Add(tensor.Index, start);
            start += tensor.Length;
        }
        return run.Each(tensor => tensor.Write((piece, merged) =>
        {
            piece.Source(0).CopyTo(merged);
            if (starts.TryGetValue(tensor.Index, out var first)) new Largest(cut, first).Apply(piece, merged);
        }));
    }
}
