using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>Parameters of DARE (Yu et al. 2024): drop changes at random, rescale the others, add the changes of all models.</summary>
public record DareParameters : MergerParameters
{
    /// <summary>The probability with which a change is kept.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Density { get; init; } = 0.5;

    /// <summary>How the kept changes make good for the dropped ones: <c>l1</c> as mergekit, <c>density</c> as the paper.</summary>
    /// <value><see cref="MergeRescale.L1"/>.</value>
    public MergeRescale Rescale { get; init; } = MergeRescale.L1;

    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;

    /// <summary>Whether the sum of the changes is divided by the sum of the weights of those that are in it.</summary>
    /// <value>False.</value>
    public bool Normalize { get; init; }

    /// <summary>Of the random choice; the same seed drops the same changes, however the work is spread.</summary>
    /// <value>0.</value>
    public long Seed { get; init; }

    internal virtual bool Elects => false;

    internal IMerger Merger(ISparsifier? drop = null) =>
        new SparseMerge(drop ?? new RandomDrop(Density, Seed), new Combining(Lambda, Normalize, Elects), Rescale, Density);
}

/// <summary>Parameters of DARE with the sign election of TIES.</summary>
public sealed record DareTiesParameters : DareParameters
{
    internal override bool Elects => true;
}

/// <summary>Keeps each change with the same probability.</summary>
internal sealed class RandomDrop(double density, long seed) : ISparsifier
{
    public SweepCut Cut => SweepCut.Anywhere;

    public IChangeFilter Prepare(TensorSweep tensor, int model) => new Filter(density, new CounterRandom(seed, model, tensor.Entry.Name));

    private sealed class Filter(double density, CounterRandom random) : IChangeFilter
    {
        public void Apply(MergePiece piece, Span<double> changes)
        {
            for (var i = 0; i < changes.Length; i++)
                if (random.At(piece.First + i) >= density) changes[i] = 0;
        }
    }
}
