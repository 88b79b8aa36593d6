using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models.Pooled;

/// <summary>
/// The largest value of each 2 x 2 window of a map, rectified, and where it stands: the first in reading order, or the last that is not a number.
/// </summary>
internal static class Windows
{
    /// <summary>Numbers of a buffer for one image's values or places: a last vector may reach beyond the result.</summary>
    public static int BufferLength(in PooledShape shape) => shape.ResultLength + PooledShape.Lanes;

    /// <summary>Finds them.</summary>
    /// <param name="map">One image's map, [2 x down, map width, map depth].</param>
    /// <param name="values">Takes the largest values, zeros instead of negative ones: [down, across, outputs].</param>
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
        for (var y = 0; y < shape.Down; y++)
        {
            ref var corner = ref Unsafe.Add(ref from, 2 * y * row);
            for (var x = 0; x < shape.Across; x++)
            {
                // Lanes past the last output are written over by the next window.
                for (var output = 0; output < shape.Outputs; output += PooledShape.Lanes)
                {
                    ref var first = ref Unsafe.Add(ref corner, output);
                    var (top, topRight) = Larger(Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref first, (nuint)step));
                    var (bottom, bottomRight) = Larger(Vector256.LoadUnsafe(ref first, (nuint)row), Vector256.LoadUnsafe(ref first, (nuint)(row + step)));
                    var (largest, lower) = Larger(top, bottom);
                    Rectified(largest).StoreUnsafe(ref value, (nuint)output);
                    ((lower & nextRow) + (Vector256.ConditionalSelect(lower, bottomRight, topRight) & nextColumn)).StoreUnsafe(ref place, (nuint)output);
                }

                corner = ref Unsafe.Add(ref corner, 2 * step);
                value = ref Unsafe.Add(ref value, shape.Outputs);
                place = ref Unsafe.Add(ref place, shape.Outputs);
            }
        }
    }

    /// <summary>The gradient before rectification: none where nothing came through.</summary>
    /// <param name="gradient">The gradient behind it.</param>
    /// <param name="values">What came through.</param>
    /// <param name="masked">Takes it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask(ReadOnlySpan<float> gradient, ReadOnlySpan<float> values, Span<float> masked)
    {
        var i = 0;
        for (; i <= masked.Length - PooledShape.Lanes; i += PooledShape.Lanes)
        {
            var isOff = Vector256.LessThanOrEqual(Vector256.Create(values[i..]), Vector256<float>.Zero);
            Vector256.AndNot(Vector256.Create(gradient[i..]), isOff).CopyTo(masked[i..]);
        }

        for (; i < masked.Length; i++)
        {
            masked[i] = values[i] <= 0 ? 0 : gradient[i];
        }
    }

    // What is not a number stays so.
    private static Vector256<float> Rectified(Vector256<float> value) => Vector256.AndNot(value, Vector256.LessThanOrEqual(value, Vector256<float>.Zero));

    private static (Vector256<float> Value, Vector256<int> IsSecond) Larger(Vector256<float> first, Vector256<float> second)
    {
        var isSecond = Vector256.GreaterThan(second, first) | ~Vector256.Equals(second, second);
        return (Vector256.ConditionalSelect(isSecond, second, first), isSecond.AsInt32());
    }
}
