using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of NuSLERP (mergekit): spherical interpolation of two weighted models at t = k₁ / (k₀ + k₁), of their differences to the base
/// where one is given.
/// </summary>
public sealed record NuSlerpParameters : MergerParameters
{
    /// <summary>Whether there is one angle for the whole tensor, rather than one for each of its rows.</summary>
    /// <value>True.</value>
    public bool Flatten { get; init; } = true;
}

internal sealed class NuSlerp(NuSlerpParameters parameters) : TensorMerger
{
    private const double NoDirection = 1e-7;
    private const double Parallel = 1e-8;

    public override IEnumerable<string> Problems(MergeInput input)
    {
        if (input.Models.Sum(m => m.Weight) == 0) yield return "The weights sum to 0: there is no place between the models.";
    }

    protected override void Merge(TensorSweep tensor)
    {
        var rows = parameters.Flatten ? [RowSums.Total(tensor, 3, Figures)] : RowSums.PerRow(tensor, 3, Figures);
        var t = tensor.Weight(1) / (tensor.Weight(0) + tensor.Weight(1));
        var cosines = rows.Select(s => Math.Clamp(s[0] / Length(s[1]) / Length(s[2]), -1, 1)).ToArray();
        var weights = cosines.Select(cosine => Weights(cosine, t)).ToArray();
        tensor.Measured = [.. cosines];
        var rowLength = parameters.Flatten ? tensor.Length : tensor.RowLength;
        tensor.Write((piece, merged) =>
        {
            for (var done = 0; done < piece.Count;)
            {
                var (row, within) = Math.DivRem(piece.First + done, rowLength);
                var count = (int)Math.Min(rowLength - within, piece.Count - done);
                var (one, other) = weights[row];
                Slerp.Mix(piece.Change(0).Slice(done, count), one, piece.Change(1).Slice(done, count), other, merged.Slice(done, count));
                done += count;
            }
            if (tensor.BaseIndex >= 0) TensorPrimitives.Add(merged, piece.Base, merged);
        });
    }

    private static void Figures(MergePiece piece, int first, int count, Span<double> sum)
    {
        var a = piece.Change(0).Slice(first, count);
        var b = piece.Change(1).Slice(first, count);
        sum[0] += Reductions.Dot(a, b);
        sum[1] += Reductions.SquaredNorm(a);
        sum[2] += Reductions.SquaredNorm(b);
    }

    private static double Length(double squared) => Math.Sqrt(squared) is var length && length >= NoDirection ? length : 1;

    private static (double One, double Other) Weights(double cosine, double t)
    {
        var angle = Math.Acos(cosine);
        var sine = Math.Sin(angle);
        return Math.Abs(sine) < Parallel ? (1 - t, t) : (Math.Sin((1 - t) * angle) / sine, Math.Sin(t * angle) / sine);
    }
}
