using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>How the ranks of a residual's matrices are chosen.</summary>
public enum RankRule
{
    /// <summary>The smallest rank that keeps <see cref="ResidualParameters.Energy"/> of the squared singular values of each matrix.</summary>
    Energy,
    /// <summary><see cref="ResidualParameters.Rank"/> everywhere.</summary>
    Fixed,
    /// <summary>
    /// As much as <see cref="ResidualParameters.Bytes"/> hold: the next rank goes to the matrix with the largest squared singular value for each
    /// stored byte.
    /// </summary>
    Bytes,
}

/// <summary>
/// Parameters of storing a tuned model as what it adds to its base (efficient residual encoding): each matrix as a product of two thin ones,
/// vectors exactly.
/// </summary>
public sealed record ResidualParameters
{
    /// <summary>How ranks are chosen.</summary>
    /// <value><see cref="RankRule.Energy"/>.</value>
    public RankRule Rule { get; init; } = RankRule.Energy;

    /// <summary>The share of the squared singular values that is kept.</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0)]
    public double Energy { get; init; } = 0.9;

    /// <summary>The rank of every matrix.</summary>
    /// <value>8.</value>
    [Range(0, int.MaxValue)]
    public int Rank { get; init; } = 8;

    /// <summary>What all thin matrices together may take, in bytes; vectors come on top.</summary>
    /// <value>1 MiB.</value>
    [Range(0, long.MaxValue)]
    public long Bytes { get; init; } = 1 << 20;

    /// <summary>Bits of a stored number of a matrix, from 2; 0 for numbers as they are (4 bytes, 8 in double-precision tensors).</summary>
    /// <value>0.</value>
    [AllowedValues(0, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16)]
    public int Bits { get; init; }
}
