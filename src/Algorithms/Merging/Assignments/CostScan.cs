using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// Passes over a row of costs. A row's element is taken as sign × cost + price, rounded once, so that the width of the machine's vectors
/// does not show; of equal elements the first counts.
/// </summary>
internal static class CostScan
{
    private static Vector512<double> FirstIndices => Vector512.Create(0.0, 1, 2, 3, 4, 5, 6, 7);

    private static Vector512<double> Infinite => Vector512.Create(double.PositiveInfinity);

    /// <summary>The least element, where it is first met, and the least of the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowMinimum Least(ReadOnlySpan<double> row, double sign, ReadOnlySpan<double> prices)
    {
        ref var c = ref MemoryMarshal.GetReference(row);
        ref var p = ref MemoryMarshal.GetReference(prices);
        var signs = Vector512.Create(sign);
        var (first0, at0, second0) = (Infinite, Vector512.Create(-1.0), Infinite);
        var (first1, at1, second1) = (Infinite, Vector512.Create(-1.0), Infinite);
        var (index0, index1, step) = (FirstIndices, FirstIndices + Vector512.Create(8.0), Vector512.Create(16.0));
        var j = 0;
        for (; j <= row.Length - 16; j += 16)
        {
            var value0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, (nuint)j), signs, Vector512.LoadUnsafe(ref p, (nuint)j));
            var value1 = Vector512.FusedMultiplyAdd(
                Vector512.LoadUnsafe(ref c, (nuint)j + 8), signs, Vector512.LoadUnsafe(ref p, (nuint)j + 8));
            second0 = Vector512.MinNative(second0, Vector512.MaxNative(first0, value0));
            second1 = Vector512.MinNative(second1, Vector512.MaxNative(first1, value1));
            at0 = Vector512.ConditionalSelect(Vector512.LessThan(value0, first0), index0, at0);
            at1 = Vector512.ConditionalSelect(Vector512.LessThan(value1, first1), index1, at1);
            first0 = Vector512.MinNative(first0, value0);
            first1 = Vector512.MinNative(first1, value1);
            index0 += step;
            index1 += step;
        }
        var least = Merge(Merge(RowMinimum.None, first0, at0, second0), first1, at1, second1);
        for (; j < row.Length; j++) least = least.With(Math.FusedMultiplyAdd(row[j], sign, prices[j]), j);
        return least;
    }

    /// <summary>
    /// Shortens distances by way of a row: distance = min(distance, element + offset), <paramref name="from"/> taking
    /// <paramref name="mark"/> where it did. Gives the least distance.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Relax(
        ReadOnlySpan<double> row, double sign, ReadOnlySpan<double> prices, double offset, double mark, Span<double> distance,
            Span<double> from)
    {
        ref var c = ref MemoryMarshal.GetReference(row);
        ref var p = ref MemoryMarshal.GetReference(prices);
        ref var d = ref MemoryMarshal.GetReference(distance);
        ref var f = ref MemoryMarshal.GetReference(from);
        var (signs, offsets, marks) = (Vector512.Create(sign), Vector512.Create(offset), Vector512.Create(mark));
        var (least0, least1) = (Infinite, Infinite);
        var j = 0;
        for (; j <= row.Length - 16; j += 16)
        {
            // No branch: whether a distance is shortened cannot be foretold.
            var (way0, way1) = ((nuint)j, (nuint)j + 8);
            var value0 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, way0), signs, Vector512.LoadUnsafe(ref p, way0)) + offsets;
            var value1 = Vector512.FusedMultiplyAdd(Vector512.LoadUnsafe(ref c, way1), signs, Vector512.LoadUnsafe(ref p, way1)) + offsets;
            var (known0, known1) = (Vector512.LoadUnsafe(ref d, way0), Vector512.LoadUnsafe(ref d, way1));
            var (from0, from1) = (Vector512.LoadUnsafe(ref f, way0), Vector512.LoadUnsafe(ref f, way1));
            Vector512.ConditionalSelect(Vector512.LessThan(value0, known0), marks, from0).StoreUnsafe(ref f, way0);
            Vector512.ConditionalSelect(Vector512.LessThan(value1, known1), marks, from1).StoreUnsafe(ref f, way1);
            known0 = Vector512.MinNative(value0, known0);
            known1 = Vector512.MinNative(value1, known1);
            known0.StoreUnsafe(ref d, way0);
            known1.StoreUnsafe(ref d, way1);
            least0 = Vector512.MinNative(least0, known0);
            least1 = Vector512.MinNative(least1, known1);
        }
        least0 = Vector512.MinNative(least0, least1);
        var least = double.PositiveInfinity;
        for (var lane = 0; lane < Vector512<double>.Count; lane++) least = Math.Min(least, least0.GetElement(lane));
        for (; j < row.Length; j++)
        {
            var value = Math.FusedMultiplyAdd(row[j], sign, prices[j]) + offset;
            if (value < distance[j]) (distance[j], from[j]) = (value, mark);
            least = Math.Min(least, distance[j]);
        }
        return least;
    }

    /// <summary>The first position from <paramref name="start"/> on that holds a value; -1 where none does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int IndexOf(ReadOnlySpan<double> values, double value, int start)
    {
        ref var v = ref MemoryMarshal.GetReference(values);
        var wanted = Vector512.Create(value);
        var j = start;
        for (; j <= values.Length - 8; j += 8)
        {
            var equal = Vector512.Equals(Vector512.LoadUnsafe(ref v, (nuint)j), wanted).ExtractMostSignificantBits();
            if (equal != 0) return j + BitOperations.TrailingZeroCount(equal);
        }
        for (; j < values.Length; j++)
        {
            if (values[j] == value) return j;
        }
        return -1;
    }

    /// <summary>Takes a row into the least element of each column so far, with the row that has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LeastOfColumns(ReadOnlySpan<double> row, double sign, double mark, Span<double> least, Span<double> from)
    {
        ref var c = ref MemoryMarshal.GetReference(row);
        ref var l = ref MemoryMarshal.GetReference(least);
        ref var f = ref MemoryMarshal.GetReference(from);
        var (signs, marks) = (Vector512.Create(sign), Vector512.Create(mark));
        var j = 0;
        for (; j <= row.Length - 8; j += 8)
        {
            var way = (nuint)j;
            var value = Vector512.LoadUnsafe(ref c, way) * signs;
            var known = Vector512.LoadUnsafe(ref l, way);
            if (!Vector512.LessThanAny(value, known)) continue;
            Vector512.ConditionalSelect(Vector512.LessThan(value, known), marks, Vector512.LoadUnsafe(ref f, way)).StoreUnsafe(ref f, way);
            Vector512.MinNative(value, known).StoreUnsafe(ref l, way);
        }
        for (; j < row.Length; j++)
        {
            if (row[j] * sign < least[j]) (least[j], from[j]) = (row[j] * sign, mark);
        }
    }

    private static RowMinimum Merge(RowMinimum least, Vector512<double> first, Vector512<double> at, Vector512<double> second)
    {
        for (var lane = 0; lane < Vector512<double>.Count; lane++)
        {
            if (at.GetElement(lane) < 0) continue;
            least = least.With(first.GetElement(lane), (int)at.GetElement(lane));
            if (second.GetElement(lane) < least.Second) least = least with { Second = second.GetElement(lane) };
        }
        return least;
    }
}

/// <summary>The least element of a row.</summary>
/// <param name="Value">Its value; infinite when there is none.</param>
/// <param name="At">Its position, the first of equals; -1 when there is none.</param>
/// <param name="Second">The least of the others; equal to <paramref name="Value"/> in a tie.</param>
internal readonly record struct RowMinimum(double Value, int At, double Second)
{
    public static RowMinimum None => new(double.PositiveInfinity, -1, double.PositiveInfinity);

    /// <summary>After one more element.</summary>
    public RowMinimum With(double value, int at)
    {
        if (value < Value || (value == Value && at < At)) return new(value, at, Value);
        return value < Second ? this with { Second = value } : this;
    }
}
