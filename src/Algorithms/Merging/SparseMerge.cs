using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>How the changes that are kept make good for those that are not.</summary>
public enum MergeRescale
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>Divided by the density, as the paper on DARE has it.</summary>
    Density,
    /// <summary>So that the sum of a model's magnitudes in the tensor stays what it was, as mergekit has it.</summary>
    L1,
}

/// <summary>How changes are combined.</summary>
/// <param name="Lambda">What their combination is multiplied with before it is added to the base.</param>
/// <param name="Normalize">Whether it is divided by the weights.</param>
/// <param name="Elect">Whether signs are elected.</param>
internal readonly record struct Combining(double Lambda, bool Normalize, bool Elect);

/// <summary>base + λ × a combination of the models' changes, some of which are left out: what task arithmetic, TIES, DARE, DELLA and
/// breadcrumbs have in common.</summary>
/// <param name="sparsifier">Leaves changes out; null when none are.</param>
/// <param name="combining">How the others are combined.</param>
/// <param name="rescale">How they make good for them.</param>
/// <param name="density">The share that is kept.</param>
internal sealed class SparseMerge(ISparsifier? sparsifier, Combining combining, MergeRescale rescale = MergeRescale.None, double density = 1)
    : TensorMerger
{
    // Room 0 holds the result, room 1 the sums that elect the signs.
    private const int FirstRoom = 2;

    protected override void Merge(TensorSweep tensor)
    {
        var models = tensor.Models;
        var weights = Enumerable.Range(0, models).Select(tensor.Weight).ToArray();
        var filters = Enumerable.Range(0, models).Select(k => sparsifier?.Prepare(tensor, k)).ToArray();
        var factors = filters.Select((filter, k) => filter is null ? 1 : Factor(tensor, k, filter)).ToArray();
        if (rescale != MergeRescale.None) tensor.Measured = [.. factors];
        tensor.Write((piece, merged) =>
        {
            for (var k = 0; k < models; k++)
            {
                var change = piece.Room(FirstRoom + k);
                piece.Change(k).CopyTo(change);
                filters[k]?.Apply(piece, change);
                if (weights[k] * factors[k] != 1) TensorPrimitives.Multiply(change, weights[k] * factors[k], change);
            }
            Combine(piece, weights, merged);
            TensorPrimitives.MultiplyAdd(merged, combining.Lambda, piece.Base, merged);
        }, sparsifier?.Cut ?? SweepCut.Anywhere);
    }

    private void Combine(MergePiece piece, double[] weights, Span<double> merged)
    {
        if (combining.Elect)
        {
            SignElection.Combine(piece, FirstRoom, weights, combining.Normalize, merged);
            return;
        }
        merged.Clear();
        for (var k = 0; k < weights.Length; k++) TensorPrimitives.Add(merged, piece.Room(FirstRoom + k), merged);
        if (combining.Normalize) TensorPrimitives.Divide(merged, SignElection.Divisor(weights), merged);
    }

    /// <summary>Of a model and tensor; 1 where nothing was kept.</summary>
    private double Factor(TensorSweep tensor, int model, IChangeFilter filter)
    {
        if (rescale != MergeRescale.L1) return rescale == MergeRescale.Density ? 1 / density : 1;
        var sums = RowSums.Total(tensor, 2, (piece, first, count, sum) =>
        {
            sum[0] += Reductions.SumOfMagnitudes(piece.Change(model).Slice(first, count));
            sum[1] += Reductions.SumOfMagnitudes<double>(piece.Room(FirstRoom).Slice(first, count));
        }, piece =>
        {
            piece.Change(model).CopyTo(piece.Room(FirstRoom));
            filter.Apply(piece, piece.Room(FirstRoom));
        }, sparsifier!.Cut);
        return sums[1] > 0 ? sums[0] / sums[1] : 1;
    }
}
