namespace Distributed.Algorithms.Tensors;

/// <summary>Euclidean norms, summed in double precision; the same bits on every machine.</summary>
public static class Norms
{
    /// <summary>|values|.</summary>
    /// <param name="values">The numbers.</param>
    public static double Euclidean(ReadOnlySpan<double> values) => Math.Sqrt(Reductions.SquaredNorm(values));

    /// <summary>|values|.</summary>
    /// <param name="values">The numbers.</param>
    public static double Euclidean(ReadOnlySpan<float> values) => Math.Sqrt(Reductions.SquaredNorm(values));
}
