using System.Numerics.Tensors;

namespace Distributed.Algorithms.Tensors;

/// <summary>Euclidean norms, summed in double precision; the same bits on every machine.</summary>
public static class Norms
{
    private const int Piece = 1 << 12;

    /// <summary>|values|.</summary>
    /// <param name="values">The numbers.</param>
    public static double Euclidean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var at = 0; at < values.Length; at += Piece) sum += Reductions.SquaredNorm(values.Slice(at, Math.Min(Piece, values.Length - at)));
        return Math.Sqrt(sum);
    }

    /// <summary>|values|.</summary>
    /// <param name="values">The numbers.</param>
    public static double Euclidean(ReadOnlySpan<float> values)
    {
        var wide = new double[Math.Min(Piece, values.Length)];
        var sum = 0.0;
        for (var at = 0; at < values.Length; at += Piece)
        {
            var piece = values.Slice(at, Math.Min(Piece, values.Length - at));
            TensorPrimitives.ConvertTruncating(piece, wide.AsSpan(0, piece.Length));
            sum += Reductions.SquaredNorm(wide.AsSpan(0, piece.Length));
        }
        return Math.Sqrt(sum);
    }
}
