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
    // What the nearest caches hold.
    private const int Piece = 256;

    private static readonly int TileRows = ProductTile.Rows;
    private static readonly int TileColumns = ProductTile.Columns;

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
            ProductTile.Add(left, right, products[((row * units) + column)..], units);
            return;
        }
        Span<double> edge = stackalloc double[TileRows * TileColumns];
        edge.Clear();
        var (rows, columns) = (Math.Min(TileRows, units - row), Math.Min(TileColumns, units - column));
        for (var i = 0; i < rows; i++) products.Slice(((row + i) * units) + column, columns).CopyTo(edge[(i * TileColumns)..]);
        ProductTile.Add(left, right, edge, TileColumns);
        for (var i = 0; i < rows; i++) edge.Slice(i * TileColumns, columns).CopyTo(products[(((row + i) * units) + column)..]);
    }
}
