using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>
/// Sums of products of units: C[i, j] += factor × Σ a[i, k] b[j, k], in double precision whatever is stored. Every element is summed in
/// ascending k by one thread with fused multiply-add, in pieces of a fixed length: the same bits on every machine.
/// </summary>
internal sealed class UnitProducts
{
    // A tile is what the registers hold, a piece what the nearest caches do.
    private const int TileRows = 8;
    private const int TileColumns = 16;
    private const int Piece = 256;

    private double[] _a = [];
    private double[] _b = [];

    /// <summary>Adds the products of two tensors.</summary>
    /// <param name="units">Number of units; <paramref name="products"/> is units × units, row-major.</param>
    /// <param name="a">The elements of a.</param>
    /// <param name="aRows">Where its units lie.</param>
    /// <param name="b">The elements of b.</param>
    /// <param name="bRows">Where its units lie.</param>
    /// <param name="factor">What all products are multiplied by.</param>
    /// <param name="products">The sums.</param>
    /// <typeparam name="TA">Stored type of a: <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <typeparam name="TB">Stored type of b.</typeparam>
    public void Add<TA, TB>(
        int units, ReadOnlySpan<TA> a, UnitRows aRows, ReadOnlySpan<TB> b, UnitRows bRows, double factor, Span<double> products)
        where TA : unmanaged
        where TB : unmanaged
    {
        if (_a.Length < Padded(units, TileRows) * Piece) _a = new double[Padded(units, TileRows) * Piece];
        if (_b.Length < Padded(units, TileColumns) * Piece) _b = new double[Padded(units, TileColumns) * Piece];
        for (var from = 0; from < aRows.Width; from += Piece)
        {
            var depth = Math.Min(Piece, aRows.Width - from);
            Pack(units, a, aRows, from, depth, TileRows, factor, _a);
            Pack(units, b, bRows, from, depth, TileColumns, 1, _b);
            for (var column = 0; column < units; column += TileColumns)
            {
                var right = _b.AsSpan(column * depth, TileColumns * depth);
                for (var row = 0; row < units; row += TileRows)
                    AddTile(units, _a.AsSpan(row * depth, TileRows * depth), right, products, row, column);
            }
        }
    }

    private static int Padded(int count, int tile) => (count + tile - 1) / tile * tile;

    /// <summary>Lays strips of <paramref name="tile"/> units out so that the elements of one k lie together; missing units are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack<T>(
        int units, ReadOnlySpan<T> values, UnitRows rows, int from, int depth, int tile, double factor, double[] packed)
        where T : unmanaged
    {
        ref var source = ref MemoryMarshal.GetReference(values);
        var offsets = rows.Offsets.AsSpan(from, depth);
        for (var first = 0; first < units; first += tile)
        {
            var strip = packed.AsSpan(first * depth, tile * depth);
            var count = Math.Min(tile, units - first);
            if (count < tile) strip.Clear();
            var start = rows.Start + (first * rows.Stride);
            if (rows.Stride == 1)
            {
                for (var k = 0; k < offsets.Length; k++)
                {
                    for (var unit = 0; unit < count; unit++)
                        strip[(k * tile) + unit] = factor * Wide.At(ref source, start + offsets[k] + unit);
                }
                continue;
            }
            for (var unit = 0; unit < count; unit++)
            {
                for (var k = 0; k < offsets.Length; k++) strip[(k * tile) + unit] = factor * Wide.At(ref source, start + offsets[k]);
                start += rows.Stride;
            }
        }
    }

    private static void AddTile(int units, ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> products, int row, int column)
    {
        if (row + TileRows <= units && column + TileColumns <= units)
        {
            Multiply(left, right, products[((row * units) + column)..], units);
            return;
        }
        Span<double> edge = stackalloc double[TileRows * TileColumns];
        edge.Clear();
        var (rows, columns) = (Math.Min(TileRows, units - row), Math.Min(TileColumns, units - column));
        for (var i = 0; i < rows; i++) products.Slice(((row + i) * units) + column, columns).CopyTo(edge[(i * TileColumns)..]);
        Multiply(left, right, edge, TileColumns);
        for (var i = 0; i < rows; i++) edge.Slice(i * TileColumns, columns).CopyTo(products[(((row + i) * units) + column)..]);
    }

    /// <summary>A tile of 8 × 16 sums, all in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> sums, int stride)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        ref var c = ref MemoryMarshal.GetReference(sums);
        var (c00, c01, c10, c11) = (At(ref c, 0), At(ref c, 8), At(ref c, stride), At(ref c, stride + 8));
        var (c20, c21, c30, c31) = (At(ref c, 2 * stride), At(ref c, (2 * stride) + 8), At(ref c, 3 * stride), At(ref c, (3 * stride) + 8));
        var (c40, c41, c50, c51) = (At(ref c, 4 * stride), At(ref c, (4 * stride) + 8), At(ref c, 5 * stride), At(ref c, (5 * stride) + 8));
        var (c60, c61, c70, c71) = (At(ref c, 6 * stride), At(ref c, (6 * stride) + 8), At(ref c, 7 * stride), At(ref c, (7 * stride) + 8));
        var depth = right.Length / TileColumns;
        for (var k = 0; k < depth; k++)
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
            a = ref Unsafe.Add(ref a, TileRows);
            b = ref Unsafe.Add(ref b, TileColumns);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(ref double from, int at) => Vector512.LoadUnsafe(ref from, (nuint)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ref double to, int at, Vector512<double> first, Vector512<double> second)
    {
        first.StoreUnsafe(ref to, (nuint)at);
        second.StoreUnsafe(ref to, (nuint)at + 8);
    }
}
