using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models.Pooled;

/// <summary>The largest value of each 2 x 2 window of a map, and where it stands: the first in reading order, or the last that is not a number.</summary>
internal static class Windows
{
    /// <summary>Numbers of a buffer for one image's values or places: a last vector may reach beyond the result.</summary>
    public static int BufferLength(in PooledShape shape) => shape.ResultLength + PooledShape.Lanes;

    /// <summary>Finds them.</summary>
    /// <param name="map">One image's map, [2 x down, map width, map depth].</param>
    /// <param name="values">Takes the largest values, [down, across, outputs].</param>
    /// <param name="places">Takes from where in the padded image they were computed: the distance from what the window's first value was computed from.</param>
    /// <param name="shape">The extents.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Largest(ReadOnlySpan<float> map, Span<float> values, Span<int> places, in PooledShape shape)
    {
        var step = shape.MapDepth;
        var row = shape.MapWidth * step;
        ref var from = ref MemoryMarshal.GetReference(map);
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var place = ref MemoryMarshal.GetReference(places);
        var (nextColumn, nextRow) = (Vector256.Create(shape.Channels), Vector256.Create(shape.Row));
        for (var window = 0; window < shape.Down * shape.Across; window++)
        {
            ref var corner = ref Unsafe.Add(ref from, (2 * (window / shape.Across) * row) + (2 * (window % shape.Across) * step));
            // Lanes past the last output are written over by the next window.
            for (var output = 0; output < shape.Outputs; output += PooledShape.Lanes)
            {
                ref var first = ref Unsafe.Add(ref corner, output);
                var (top, topRight) = Larger(Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref first, (nuint)step));
                var (bottom, bottomRight) = Larger(Vector256.LoadUnsafe(ref first, (nuint)row), Vector256.LoadUnsafe(ref first, (nuint)(row + step)));
                var (largest, lower) = Larger(top, bottom);
                largest.StoreUnsafe(ref value, (nuint)((window * shape.Outputs) + output));
                ((lower & nextRow) + (Vector256.ConditionalSelect(lower, bottomRight, topRight) & nextColumn))
                    .StoreUnsafe(ref place, (nuint)((window * shape.Outputs) + output));
            }
        }
    }

    private static (Vector256<float> Value, Vector256<int> IsSecond) Larger(Vector256<float> first, Vector256<float> second)
    {
        var isSecond = Vector256.GreaterThan(second, first) | ~Vector256.Equals(second, second);
        return (Vector256.ConditionalSelect(isSecond, second, first), isSecond.AsInt32());
    }
}
