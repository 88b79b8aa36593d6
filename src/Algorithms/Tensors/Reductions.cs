using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Sums over elements. They are dealt out to a fixed number of lanes whatever the machine's vectors are, and the lanes are added in order,
/// so that every machine gets the same bits. Compiled well from the start: the aggregations of a short run are over before the runtime would
/// do it by itself. Stored numbers are <see cref="float"/> or <see cref="double"/>, made wide in registers.
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

    /// <summary>sums += Σ (values - a) b for each of four vectors. Each has eight lanes, added in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddDotsOfDifference(in FourSingles values, ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> sums)
    {
        var count = values.Length;
        if (a.Length != count || b.Length != count) throw new ArgumentException("The vectors differ in length.", nameof(values));
        ref var p0 = ref MemoryMarshal.GetReference(values.First);
        ref var p1 = ref MemoryMarshal.GetReference(values.Second);
        ref var p2 = ref MemoryMarshal.GetReference(values.Third);
        ref var p3 = ref MemoryMarshal.GetReference(values.Fourth);
        ref var pa = ref MemoryMarshal.GetReference(a);
        ref var pb = ref MemoryMarshal.GetReference(b);
        var (s0, s1, s2, s3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var (t0, t1, t2, t3) = (s0, s0, s0, s0);
        var i = 0;
        for (; i <= count - (2 * Wide.Count); i += 2 * Wide.Count)
        {
            var at = (nuint)i;
            var (x, y) = (Vector256.LoadUnsafe(ref pa, at), Vector256.LoadUnsafe(ref pb, at));
            s0 = Vector256.FusedMultiplyAdd(Wide.Load(ref p0, at) - x, y, s0);
            s1 = Vector256.FusedMultiplyAdd(Wide.Load(ref p1, at) - x, y, s1);
            s2 = Vector256.FusedMultiplyAdd(Wide.Load(ref p2, at) - x, y, s2);
            s3 = Vector256.FusedMultiplyAdd(Wide.Load(ref p3, at) - x, y, s3);
            at += (nuint)Wide.Count;
            (x, y) = (Vector256.LoadUnsafe(ref pa, at), Vector256.LoadUnsafe(ref pb, at));
            t0 = Vector256.FusedMultiplyAdd(Wide.Load(ref p0, at) - x, y, t0);
            t1 = Vector256.FusedMultiplyAdd(Wide.Load(ref p1, at) - x, y, t1);
            t2 = Vector256.FusedMultiplyAdd(Wide.Load(ref p2, at) - x, y, t2);
            t3 = Vector256.FusedMultiplyAdd(Wide.Load(ref p3, at) - x, y, t3);
        }
        sums[0] += Rest(values.First, a, b, i, InOrder(t0, InOrder(s0, 0)));
        sums[1] += Rest(values.Second, a, b, i, InOrder(t1, InOrder(s1, 0)));
        sums[2] += Rest(values.Third, a, b, i, InOrder(t2, InOrder(s2, 0)));
        sums[3] += Rest(values.Fourth, a, b, i, InOrder(t3, InOrder(s3, 0)));

        static double Rest(ReadOnlySpan<float> values, ReadOnlySpan<double> a, ReadOnlySpan<double> b, int from, double sum)
        {
            for (var i = from; i < values.Length; i++) sum = Math.FusedMultiplyAdd(values[i] - a[i], b[i], sum);
            return sum;
        }
    }

    /// <summary>Σ (values - a)².</summary>
    public static double SquaredDistance<T>(ReadOnlySpan<T> values, ReadOnlySpan<double> a)
        where T : unmanaged => Sum<T, double, SquareOfDifference>(values, a, a);

    /// <summary>Σ |values|.</summary>
    public static double SumOfMagnitudes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Sum<T, T, Magnitude>(values, values, values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
