using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// As many sums of products as the machine's registers hold at once. Each is added up in ascending k with fused multiply-add, so the tile's size does not show in the
/// bits.
/// </summary>
internal static class ProductTile
{
    /// <summary>Rows of a tile.</summary>
    public static readonly int Rows = Vector512.IsHardwareAccelerated ? 8 : 6;

    /// <summary>Columns of a tile.</summary>
    public static readonly int Columns = Vector512.IsHardwareAccelerated ? 16 : 8;

    /// <summary>sums[i, j] += Σ left[k, i] right[k, j].</summary>
    /// <param name="left">k × <see cref="Rows"/>.</param>
    /// <param name="right">k × <see cref="Columns"/>.</param>
    /// <param name="sums">The tile's first element.</param>
    /// <param name="stride">From one of its rows to the next.</param>
    public static void Add(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> sums, int stride)
    {
        if (Vector512.IsHardwareAccelerated) AddWide(left, right, sums, stride);
        else AddNarrow(left, right, sums, stride);
    }

    /// <summary>A tile of 8 × 16 sums in the 32 registers of 512 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> sums, int stride)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        ref var c = ref MemoryMarshal.GetReference(sums);
        var (c00, c01, c10, c11) = (At(ref c, 0), At(ref c, 8), At(ref c, stride), At(ref c, stride + 8));
        var (c20, c21, c30, c31) = (At(ref c, 2 * stride), At(ref c, (2 * stride) + 8), At(ref c, 3 * stride), At(ref c, (3 * stride) + 8));
        var (c40, c41, c50, c51) = (At(ref c, 4 * stride), At(ref c, (4 * stride) + 8), At(ref c, 5 * stride), At(ref c, (5 * stride) + 8));
        var (c60, c61, c70, c71) = (At(ref c, 6 * stride), At(ref c, (6 * stride) + 8), At(ref c, 7 * stride), At(ref c, (7 * stride) + 8));
        for (var depth = right.Length / 16; depth > 0; depth--)
        {
            var b0 = Vector512.LoadUnsafe(ref b);
            var b1 = Vector512.LoadUnsafe(ref b, 8);
            var x = Vector512.Create(a);
            (c00, c01) = (Vector512.FusedMultiplyAdd(x, b0, c00), Vector512.FusedMultiplyAdd(x, b1, c01));
            x = Vector512.Create(Unsafe.Add(ref a, 1));
            (c10, c11) = (Vector512.FusedMultiplyAdd(x, b0, c10), Vector512.FusedMultiplyAdd(x, b1, c11));
            x = Vector512.Create(Unsafe.Add(ref a, 2));
            (c20, c21) = (Vector512.FusedMultiplyAdd(x, b0, c20), Vector512.FusedMultiplyAdd(x, b1, c21));
            x = Vector512.Create(Unsafe.Add(ref a, 3));
            (c30, c31) = (Vector512.FusedMultiplyAdd(x, b0, c30), Vector512.FusedMultiplyAdd(x, b1, c31));
            x = Vector512.Create(Unsafe.Add(ref a, 4));
            (c40, c41) = (Vector512.FusedMultiplyAdd(x, b0, c40), Vector512.FusedMultiplyAdd(x, b1, c41));
            x = Vector512.Create(Unsafe.Add(ref a, 5));
            (c50, c51) = (Vector512.FusedMultiplyAdd(x, b0, c50), Vector512.FusedMultiplyAdd(x, b1, c51));
            x = Vector512.Create(Unsafe.Add(ref a, 6));
            (c60, c61) = (Vector512.FusedMultiplyAdd(x, b0, c60), Vector512.FusedMultiplyAdd(x, b1, c61));
            x = Vector512.Create(Unsafe.Add(ref a, 7));
            (c70, c71) = (Vector512.FusedMultiplyAdd(x, b0, c70), Vector512.FusedMultiplyAdd(x, b1, c71));
            a = ref Unsafe.Add(ref a, 8);
            b = ref Unsafe.Add(ref b, 16);
        }
        Put(ref c, 0, c00, c01);
        Put(ref c, stride, c10, c11);
        Put(ref c, 2 * stride, c20, c21);
        Put(ref c, 3 * stride, c30, c31);
        Put(ref c, 4 * stride, c40, c41);
        Put(ref c, 5 * stride, c50, c51);
        Put(ref c, 6 * stride, c60, c61);
        Put(ref c, 7 * stride, c70, c71);
    }

    /// <summary>A tile of 6 × 8 sums in the 16 registers of 256 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddNarrow(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> sums, int stride)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        ref var c = ref MemoryMarshal.GetReference(sums);
        var (c00, c01, c10, c11) = (Half(ref c, 0), Half(ref c, 4), Half(ref c, stride), Half(ref c, stride + 4));
        var (c20, c21, c30, c31) = (Half(ref c, 2 * stride), Half(ref c, (2 * stride) + 4), Half(ref c, 3 * stride), Half(ref c, (3 * stride) + 4));
        var (c40, c41, c50, c51) = (Half(ref c, 4 * stride), Half(ref c, (4 * stride) + 4), Half(ref c, 5 * stride), Half(ref c, (5 * stride) + 4));
        for (var depth = right.Length / 8; depth > 0; depth--)
        {
            var b0 = Vector256.LoadUnsafe(ref b);
            var b1 = Vector256.LoadUnsafe(ref b, 4);
            var x = Vector256.Create(a);
            (c00, c01) = (Vector256.FusedMultiplyAdd(x, b0, c00), Vector256.FusedMultiplyAdd(x, b1, c01));
            x = Vector256.Create(Unsafe.Add(ref a, 1));
            (c10, c11) = (Vector256.FusedMultiplyAdd(x, b0, c10), Vector256.FusedMultiplyAdd(x, b1, c11));
            x = Vector256.Create(Unsafe.Add(ref a, 2));
            (c20, c21) = (Vector256.FusedMultiplyAdd(x, b0, c20), Vector256.FusedMultiplyAdd(x, b1, c21));
            x = Vector256.Create(Unsafe.Add(ref a, 3));
            (c30, c31) = (Vector256.FusedMultiplyAdd(x, b0, c30), Vector256.FusedMultiplyAdd(x, b1, c31));
            x = Vector256.Create(Unsafe.Add(ref a, 4));
            (c40, c41) = (Vector256.FusedMultiplyAdd(x, b0, c40), Vector256.FusedMultiplyAdd(x, b1, c41));
            x = Vector256.Create(Unsafe.Add(ref a, 5));
            (c50, c51) = (Vector256.FusedMultiplyAdd(x, b0, c50), Vector256.FusedMultiplyAdd(x, b1, c51));
            a = ref Unsafe.Add(ref a, 6);
            b = ref Unsafe.Add(ref b, 8);
        }
        Put(ref c, 0, c00, c01);
        Put(ref c, stride, c10, c11);
        Put(ref c, 2 * stride, c20, c21);
        Put(ref c, 3 * stride, c30, c31);
        Put(ref c, 4 * stride, c40, c41);
        Put(ref c, 5 * stride, c50, c51);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(ref double from, int at) => Vector512.LoadUnsafe(ref from, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref double to, int at, Vector512<double> first, Vector512<double> second)
    {
        first.StoreUnsafe(ref to, (nuint)at);
        second.StoreUnsafe(ref to, (nuint)at + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Half(ref double from, int at) => Vector256.LoadUnsafe(ref from, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref double to, int at, Vector256<double> first, Vector256<double> second)
    {
        first.StoreUnsafe(ref to, (nuint)at);
        second.StoreUnsafe(ref to, (nuint)at + 4);
    }
}
