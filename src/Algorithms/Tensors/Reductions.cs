using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Sums over elements. They are dealt out to sixteen lanes whatever the machine's vectors are, and the lanes are added in order, so that
/// every machine gets the same bits. Stored numbers are <see cref="float"/> or <see cref="double"/>, made wide in registers.
/// </summary>
internal static class Reductions
{
    private const int Lanes = 16;

    private interface ITerm
    {
        static abstract Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b);

        static abstract double Add(double sum, double value, double a, double b);
    }

    /// <summary>Σ values a.</summary>
    public static double Dot<T>(ReadOnlySpan<T> values, ReadOnlySpan<double> a)
        where T : unmanaged => Sum<T, double, Product>(values, a, a);

    /// <summary>Σ values².</summary>
    public static double SquaredNorm<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Sum<T, T, Square>(values, values, values);

    /// <summary>Σ (values - a) b.</summary>
    public static double DotOfDifference<T>(ReadOnlySpan<T> values, ReadOnlySpan<double> a, ReadOnlySpan<double> b)
        where T : unmanaged => Sum<T, double, ProductOfDifference>(values, a, b);

    /// <summary>Σ (values - a)².</summary>
    public static double SquaredDistance<T>(ReadOnlySpan<T> values, ReadOnlySpan<double> a)
        where T : unmanaged => Sum<T, double, SquareOfDifference>(values, a, a);

    /// <summary>Σ |values|.</summary>
    public static double SumOfMagnitudes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Sum<T, T, Magnitude>(values, values, values);

    private static double Sum<T, TOther, TTerm>(ReadOnlySpan<T> values, ReadOnlySpan<TOther> a, ReadOnlySpan<TOther> b)
        where T : unmanaged
        where TOther : unmanaged
        where TTerm : struct, ITerm
    {
        if (values.Length != a.Length || values.Length != b.Length)
            throw new ArgumentException("The vectors differ in length.", nameof(values));
        ref var pv = ref MemoryMarshal.GetReference(values);
        ref var pa = ref MemoryMarshal.GetReference(a);
        ref var pb = ref MemoryMarshal.GetReference(b);
        var (s0, s1, s2, s3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var at = (nuint)i;
            s0 = TTerm.Add(s0, Wide.Load(ref pv, at), Wide.Load(ref pa, at), Wide.Load(ref pb, at));
            s1 = TTerm.Add(s1, Wide.Load(ref pv, at + 4), Wide.Load(ref pa, at + 4), Wide.Load(ref pb, at + 4));
            s2 = TTerm.Add(s2, Wide.Load(ref pv, at + 8), Wide.Load(ref pa, at + 8), Wide.Load(ref pb, at + 8));
            s3 = TTerm.Add(s3, Wide.Load(ref pv, at + 12), Wide.Load(ref pa, at + 12), Wide.Load(ref pb, at + 12));
        }
        // Lane j with lane j + 8, then these eight in order.
        var sum = InOrder(s1 + s3, InOrder(s0 + s2, 0));
        for (; i < values.Length; i++) sum = TTerm.Add(sum, Wide.At(ref pv, i), Wide.At(ref pa, i), Wide.At(ref pb, i));
        return sum;
    }

    private static double InOrder(Vector256<double> lanes, double sum)
    {
        for (var lane = 0; lane < Vector256<double>.Count; lane++) sum += lanes.GetElement(lane);
        return sum;
    }

    private readonly struct Product : ITerm
    {
        public static Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b) =>
            Vector256.FusedMultiplyAdd(values, a, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value, a, sum);
    }

    private readonly struct Square : ITerm
    {
        public static Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b) =>
            Vector256.FusedMultiplyAdd(values, values, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value, value, sum);
    }

    private readonly struct Magnitude : ITerm
    {
        public static Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b) =>
            sum + Vector256.Abs(values);

        public static double Add(double sum, double value, double a, double b) => sum + Math.Abs(value);
    }

    private readonly struct ProductOfDifference : ITerm
    {
        public static Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b) =>
            Vector256.FusedMultiplyAdd(values - a, b, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value - a, b, sum);
    }

    private readonly struct SquareOfDifference : ITerm
    {
        public static Vector256<double> Add(Vector256<double> sum, Vector256<double> values, Vector256<double> a, Vector256<double> b) =>
            Vector256.FusedMultiplyAdd(values - a, values - a, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value - a, value - a, sum);
    }
}
