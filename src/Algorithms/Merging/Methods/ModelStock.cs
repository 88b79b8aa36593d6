using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of model stock (Jang et al. 2024): t × mean + (1 - t) × base, where t = N c / (1 + (N - 1) c) and c is the mean cosine between
/// the N models' changes.
/// </summary>
public sealed record ModelStockParameters : MergerParameters
{
    /// <summary>Whether each row of a tensor (an output unit, a filter) has a t of its own, rather than the whole tensor.</summary>
    /// <value>False.</value>
    public bool FilterWise { get; init; }

    /// <summary>
    /// Whether t is kept between 0 and 1. Without, changes that point away from each other lead beyond the base, and t has a pole at
    /// c = -1/(N - 1).
    /// </summary>
    /// <value>False: as mergekit.</value>
    public bool Clamp { get; init; }
}

internal sealed class ModelStock(ModelStockParameters parameters) : TensorMerger
{
    private const double SmallestNorms = 1e-6;

    protected override void Merge(TensorSweep tensor)
    {
        var models = tensor.Models;
        var width = models + (models * (models - 1) / 2);
        var rows = parameters.FilterWise ? RowSums.PerRow(tensor, width, Figures) : [RowSums.Total(tensor, width, Figures)];
        var ratios = rows.Select(sums => Ratio(models, Cosine(models, sums))).ToArray();
        var rowLength = parameters.FilterWise ? tensor.RowLength : tensor.Length;
        tensor.Measured = [.. ratios];
        tensor.Write((piece, merged) =>
        {
            merged.Clear();
            for (var k = 0; k < models; k++) TensorPrimitives.Add(merged, piece.Source(k), merged);
            for (var done = 0; done < piece.Count;)
            {
                var (row, within) = Math.DivRem(piece.First + done, rowLength);
                var count = (int)Math.Min(rowLength - within, piece.Count - done);
                Slerp.Mix(merged.Slice(done, count), ratios[row] / models, piece.Base.Slice(done, count), 1 - ratios[row], merged.Slice(done, count));
                done += count;
            }
        });

        void Figures(MergePiece piece, int first, int count, Span<double> sum)
        {
            var pair = models;
            for (var i = 0; i < models; i++)
            {
                var change = piece.Change(i).Slice(first, count);
                sum[i] += Reductions.SquaredNorm(change);
                for (var j = i + 1; j < models; j++) sum[pair++] += Reductions.Dot(change, piece.Change(j).Slice(first, count));
            }
        }
    }

    private static double Cosine(int models, double[] sums)
    {
        var (total, pair) = (0.0, models);
        for (var i = 0; i < models; i++)
            for (var j = i + 1; j < models; j++)
                total += Math.Clamp(sums[pair++] / Math.Max(SmallestNorms, Math.Sqrt(sums[i]) * Math.Sqrt(sums[j])), -1, 1);
        return total / (pair - models);
    }

    private double Ratio(int models, double cosine)
    {
        var t = models * cosine / (1 + ((models - 1) * cosine));
        return parameters.Clamp ? Math.Clamp(t, 0, 1) : t;
    }
}
