using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Sums over elements. They are dealt out to sixteen lanes whatever the machine's vectors are, and the lanes are added in order, so that
/// every machine gets the same bits.
/// </summary>
internal static class Reductions
{
    private const int Lanes = 16;

    private interface ITerm
    {
        static abstract Vector512<double> Add(Vector512<double> sum, Vector512<double> a, Vector512<double> b, Vector512<double> c);

        static abstract double Add(double sum, double a, double b, double c);
    }

    /// <summary>Σ a b.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Sum<Product>(a, b, b);

    /// <summary>Σ a².</summary>
    public static double SquaredNorm(ReadOnlySpan<double> a) => Sum<Product>(a, a, a);

    /// <summary>Σ a (b - c).</summary>
    public static double DotDifference(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> c) => Sum<ProductOfDifference>(a, b, c);

    /// <summary>Σ (a - b)².</summary>
    public static double SquaredDistance(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Sum<SquareOfDifference>(a, b, b);

    private static double Sum<TTerm>(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> c)
        where TTerm : struct, ITerm
    {
        if (a.Length != b.Length || a.Length != c.Length) throw new ArgumentException("The vectors differ in length.");
        ref var pa = ref MemoryMarshal.GetReference(a);
        ref var pb = ref MemoryMarshal.GetReference(b);
        ref var pc = ref MemoryMarshal.GetReference(c);
        var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = 0;
        for (; i <= a.Length - Lanes; i += Lanes)
        {
            var (l, h) = ((nuint)i, (nuint)i + 8);
            low = TTerm.Add(low, Vector512.LoadUnsafe(ref pa, l), Vector512.LoadUnsafe(ref pb, l), Vector512.LoadUnsafe(ref pc, l));
            high = TTerm.Add(high, Vector512.LoadUnsafe(ref pa, h), Vector512.LoadUnsafe(ref pb, h), Vector512.LoadUnsafe(ref pc, h));
        }
        var lanes = low + high;
        var sum = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++) sum += lanes.GetElement(lane);
        for (; i < a.Length; i++) sum = TTerm.Add(sum, a[i], b[i], c[i]);
        return sum;
    }

    private readonly struct Product : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Vector512.FusedMultiplyAdd(a, b, sum);

        public static double Add(double sum, double a, double b, double c) => Math.FusedMultiplyAdd(a, b, sum);
    }

    private readonly struct ProductOfDifference : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Vector512.FusedMultiplyAdd(a, b - c, sum);

        public static double Add(double sum, double a, double b, double c) => Math.FusedMultiplyAdd(a, b - c, sum);
    }

    private readonly struct SquareOfDifference : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
            Vector512.FusedMultiplyAdd(a - b, a - b, sum);

        public static double Add(double sum, double a, double b, double c) => Math.FusedMultiplyAdd(a - b, a - b, sum);
    }
}
