using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>One row of a product of thin matrices.</summary>
internal static class LowRankRow
{
    /// <summary>row += a B.</summary>
    /// <param name="a">The row of A, one number for each rank.</param>
    /// <param name="b">B, row-major, rank × columns.</param>
    /// <param name="row">Takes the sum.</param>
    public static void Add(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> row)
    {
        for (var r = 0; r < a.Length; r++) TensorPrimitives.FusedMultiplyAdd(b.Slice(r * row.Length, row.Length), a[r], row, row);
    }
}
