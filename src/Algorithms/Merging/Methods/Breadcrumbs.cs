using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of model breadcrumbs (Davari, Belilovsky 2023): of each model's changes of a tensor neither the largest, which are outliers, nor
/// the smallest are kept. (mergekit loses all changes of tensors so small that no outlier is due; here nothing is cut off then.)
/// </summary>
public sealed record BreadcrumbsParameters : MergerParameters
{
    /// <summary>The share of changes that is kept.</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Density { get; init; } = 0.9;

    /// <summary>γ: the share of changes that is dropped as too large; less where <see cref="Density"/> leaves no room for it.</summary>
    /// <value>0.01.</value>
    [Range(0.0, 1.0)]
    public double Gamma { get; init; } = 0.01;

    /// <summary>How the kept changes make good for the dropped ones.</summary>
    /// <value><see cref="MergeRescale.None"/>.</value>
    public MergeRescale Rescale { get; init; } = MergeRescale.None;

    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;

    /// <summary>Whether the sum of the changes is divided by the sum of the weights.</summary>
    /// <value>False.</value>
    public bool Normalize { get; init; }

    /// <summary>Whether signs are elected as TIES does.</summary>
    /// <value>False.</value>
    public bool Elect { get; init; }

    internal IMerger Merger() => new SparseMerge(new MiddleRange(Density, Gamma), new Combining(Lambda, Normalize, Elect), Rescale, Density);
}

/// <summary>Keeps the changes between the largest and the smallest.</summary>
internal sealed class MiddleRange(double density, double gamma) : ISparsifier
{
    public SweepCut Cut => SweepCut.Anywhere;

    public IChangeFilter Prepare(TensorSweep tensor, int model)
    {
        var keep = (long)(density * tensor.Length);
        var outliers = Math.Min((long)(gamma * tensor.Length), tensor.Length - keep);
        return new Filter(
            MagnitudeSelection.Largest([tensor], model, outliers), MagnitudeSelection.Largest([tensor], model, outliers + keep));
    }

    private sealed class Filter(MagnitudeCut tooLarge, MagnitudeCut largeEnough) : IChangeFilter
    {
        public void Apply(MergePiece piece, Span<double> changes)
        {
            for (var i = 0; i < changes.Length; i++)
                if (tooLarge.Includes(changes[i], piece.First + i) || !largeEnough.Includes(changes[i], piece.First + i)) changes[i] = 0;
        }
    }
}
