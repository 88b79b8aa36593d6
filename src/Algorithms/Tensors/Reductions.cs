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
        static abstract Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b);

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
        var (low, high) = (Vector512<double>.Zero, Vector512<double>.Zero);
        var i = 0;
        for (; i <= values.Length - Lanes; i += Lanes)
        {
            var (l, h) = ((nuint)i, (nuint)i + 8);
            low = TTerm.Add(low, Wide.Load(ref pv, l), Wide.Load(ref pa, l), Wide.Load(ref pb, l));
            high = TTerm.Add(high, Wide.Load(ref pv, h), Wide.Load(ref pa, h), Wide.Load(ref pb, h));
        }
        var lanes = low + high;
        var sum = 0.0;
        for (var lane = 0; lane < Vector512<double>.Count; lane++) sum += lanes.GetElement(lane);
        for (; i < values.Length; i++) sum = TTerm.Add(sum, Wide.At(ref pv, i), Wide.At(ref pa, i), Wide.At(ref pb, i));
        return sum;
    }

    private readonly struct Product : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b) =>
            Vector512.FusedMultiplyAdd(values, a, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value, a, sum);
    }

    private readonly struct Square : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b) =>
            Vector512.FusedMultiplyAdd(values, values, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value, value, sum);
    }

    private readonly struct Magnitude : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b) =>
            sum + Vector512.Abs(values);

        public static double Add(double sum, double value, double a, double b) => sum + Math.Abs(value);
    }

    private readonly struct ProductOfDifference : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b) =>
            Vector512.FusedMultiplyAdd(values - a, b, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value - a, b, sum);
    }

    private readonly struct SquareOfDifference : ITerm
    {
        public static Vector512<double> Add(Vector512<double> sum, Vector512<double> values, Vector512<double> a, Vector512<double> b) =>
            Vector512.FusedMultiplyAdd(values - a, values - a, sum);

        public static double Add(double sum, double value, double a, double b) => Math.FusedMultiplyAdd(value - a, value - a, sum);
    }
}
