using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>Parameters of task arithmetic (Ilharco et al. 2023): base + λ Σ k (w - base).</summary>
public sealed record TaskArithmeticParameters : MergerParameters
{
    /// <summary>λ: how far the changes are followed.</summary>
    /// <value>1.</value>
    [Range(-1e6, 1e6)]
    public double Lambda { get; init; } = 1;

    /// <summary>Whether the sum is divided by Σ k; by 1 where that is below 1e-8.</summary>
    /// <value>False.</value>
    public bool Normalize { get; init; }

    internal SparseMerge Merger() => new(null, new Combining(Lambda, Normalize, Elect: false));
}
