using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of spherical interpolation of two models, tensor by tensor, as mergekit has it: the angle is that between the tensors'
/// directions, the weights it gives act on the tensors themselves.
/// </summary>
public sealed record SlerpParameters : MergerParameters
{
    /// <summary>Where between the models: 0 is the first, 1 the second.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double T { get; init; } = 0.5;

    /// <summary>A cosine above this in magnitude counts as parallel: the tensors are mixed along the straight line.</summary>
    /// <value>0.9995.</value>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = 0.9995;
}

internal sealed class Slerp(SlerpParameters parameters) : TensorMerger
{
    // A shorter tensor has no direction: it is left as it is, which makes the angle a right one.
    private const double NoDirection = 1e-8;

    protected override void Merge(TensorSweep tensor)
    {
        var sums = RowSums.Total(tensor, 3, (piece, first, count, sum) =>
        {
            var a = piece.Source(0).Slice(first, count);
            var b = piece.Source(1).Slice(first, count);
            sum[0] += Reductions.Dot(a, b);
            sum[1] += Reductions.SquaredNorm(a);
            sum[2] += Reductions.SquaredNorm(b);
        });
        var cosine = sums[0] / Length(sums[1]) / Length(sums[2]);
        tensor.Measured = [cosine];
        var (one, other) = Weights(cosine);
        tensor.Write((piece, merged) => Mix(piece.Source(0), one, piece.Source(1), other, merged));
    }

    internal static void Mix(ReadOnlySpan<double> a, double one, ReadOnlySpan<double> b, double other, Span<double> merged)
    {
        TensorPrimitives.Multiply(a, one, merged);
        TensorPrimitives.FusedMultiplyAdd(b, other, merged, merged);
    }

    private static double Length(double squared) => Math.Sqrt(squared) is var length && length > NoDirection ? length : 1;

    private (double One, double Other) Weights(double cosine)
    {
        var t = parameters.T;
        if (Math.Abs(cosine) > parameters.Threshold) return (1 - t, t);
        var angle = Math.Acos(cosine);
        return (Math.Sin((1 - t) * angle) / Math.Sin(angle), Math.Sin(t * angle) / Math.Sin(angle));
    }
}
