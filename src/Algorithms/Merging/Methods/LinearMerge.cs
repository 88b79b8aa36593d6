using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>Parameters of the weighted sum: Σ k w / Σ k.</summary>
public sealed record LinearParameters : MergerParameters
{
    /// <summary>Whether the sum is divided by the sum of the weights.</summary>
    /// <value>True.</value>
    public bool Normalize { get; init; } = true;
}

internal sealed class LinearMerge(LinearParameters parameters) : TensorMerger
{
    // Weights that should cancel leave about this much of themselves.
    private const double Cancelled = 1e-12;

    public override IEnumerable<string> Problems(MergeInput input)
    {
        if (parameters.Normalize && Math.Abs(input.Models.Sum(m => m.Weight)) <= Cancelled * input.Models.Sum(m => Math.Abs(m.Weight)))
            yield return "The weights sum to 0: there is nothing to divide by.";
    }

    protected override void Merge(TensorSweep tensor)
    {
        var weights = Enumerable.Range(0, tensor.Models).Select(tensor.Weight).ToArray();
        var divisor = parameters.Normalize ? weights.Sum() : 1;
        tensor.Write((piece, merged) => Sum(piece, weights, divisor, merged));
    }

    internal static void Sum(MergePiece piece, double[] weights, double divisor, Span<double> merged)
    {
        TensorPrimitives.Multiply(piece.Source(0), weights[0], merged);
        for (var k = 1; k < weights.Length; k++) TensorPrimitives.FusedMultiplyAdd(piece.Source(k), weights[k], merged, merged);
        if (divisor != 1) TensorPrimitives.Divide(merged, divisor, merged);
    }
}
