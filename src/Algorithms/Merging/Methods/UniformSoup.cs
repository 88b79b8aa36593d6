namespace Distributed.Algorithms.Merging.Methods;

/// <summary>Parameters of the uniform soup (Wortsman et al. 2022): the plain mean. There are none.</summary>
public sealed record UniformSoupParameters : MergerParameters;

internal sealed class UniformSoup : TensorMerger
{
    protected override void Merge(TensorSweep tensor)
    {
        var weights = new double[tensor.Models];
        Array.Fill(weights, 1);
        tensor.Write((piece, merged) => LinearMerge.Sum(piece, weights, weights.Length, merged));
    }
}
