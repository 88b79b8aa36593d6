using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models.Pooled;

/// <summary>
/// The gradient of an image: each window's gradient times the filter, where the window's largest value was computed from. A window sees six rows; its four
/// places for a filter are four places to begin to read a filter that has zeros around it, so that the sums of all outputs stay in registers.
/// </summary>
internal static class InputGradient
{
    /// <summary>Rows of a filter with zeros around it.</summary>
    private const int Rows = PooledShape.Side + 2;

    /// <summary>Numbers of packed filters.</summary>
    public static int PackedLength(in PooledShape shape) => (shape.Outputs * Rows * shape.Row) + (2 * PooledShape.Lanes);

    /// <summary>
    /// Puts filters in the order in which they are read: [outputs, 7, row of an image]. They have the row distance of an image, so that a place in an image is a
    /// place in a filter.
    /// </summary>
    /// <param name="weight">Filters, [outputs, channels, 5, 5].</param>
    /// <param name="packed">Takes them.</param>
    /// <param name="shape">The extents.</param>
    public static void Pack(ReadOnlySpan<float> weight, Span<float> packed, in PooledShape shape)
    {
        packed.Clear();
        var from = 0;
        for (var output = 0; output < shape.Outputs; output++)
        {
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                for (var line = 1; line <= PooledShape.Side; line++)
                {
                    for (var column = 1; column <= PooledShape.Side; column++)
                    {
                        packed[(((output * Rows) + line) * shape.Row) + (column * shape.Channels) + channel] = weight[from++];
                    }
                }
            }
        }
    }

    /// <summary>Adds what all windows say about one image.</summary>
    /// <param name="packed">The filters.</param>
    /// <param name="gradient">The gradient of the image's largest values, [down, across, outputs].</param>
    /// <param name="places">Where the largest values were, as <see cref="Windows"/> found them.</param>
    /// <param name="image">Is added to: the gradient of the padded image.</param>
    /// <param name="shape">The extents.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> packed, ReadOnlySpan<float> gradient, ReadOnlySpan<int> places, Span<float> image, in PooledShape shape)
    {
        var at = 0;
        for (var y = 0; y < shape.Down; y++)
        {
            for (var x = 0; x < shape.Across; x++, at += shape.Outputs)
            {
                for (var vector = 0; vector < shape.WindowVectors; vector++)
                {
                    AddSix(
                        // The filter itself, for a window's first value; for the others one begins earlier, among the zeros.
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), shape.Row + shape.Channels + (vector * PooledShape.Lanes)),
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(gradient), at),
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(places), at),
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(image), (2 * y * shape.Row) + (2 * x * shape.Channels) + (vector * PooledShape.Lanes)),
                        shape);
                }
            }
        }
    }

    // Eight numbers of each of the six rows that a window sees.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSix(ref float packed, ref float gradient, ref int places, ref float image, in PooledShape shape)
    {
        nint row = shape.Row, filter = Rows * row;
        ref var half = ref Unsafe.Add(ref image, 3 * row);
        var s0 = Vector256.LoadUnsafe(ref image);
        var s1 = Vector256.LoadUnsafe(ref Unsafe.Add(ref image, row));
        var s2 = Vector256.LoadUnsafe(ref Unsafe.Add(ref image, 2 * row));
        var s3 = Vector256.LoadUnsafe(ref half);
        var s4 = Vector256.LoadUnsafe(ref Unsafe.Add(ref half, row));
        var s5 = Vector256.LoadUnsafe(ref Unsafe.Add(ref half, 2 * row));
        for (var output = 0; output < shape.Outputs; output++)
        {
            var slope = Vector256.Create(Unsafe.Add(ref gradient, output));
            ref var upper = ref Unsafe.Subtract(ref packed, Unsafe.Add(ref places, output));
            ref var lower = ref Unsafe.Add(ref upper, 3 * row);
            s0 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref upper), s0);
            s1 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref upper, row)), s1);
            s2 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref upper, 2 * row)), s2);
            s3 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref lower), s3);
            s4 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref lower, row)), s4);
            s5 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref lower, 2 * row)), s5);
            packed = ref Unsafe.Add(ref packed, filter);
        }

        s0.StoreUnsafe(ref image);
        s1.StoreUnsafe(ref Unsafe.Add(ref image, row));
        s2.StoreUnsafe(ref Unsafe.Add(ref image, 2 * row));
        s3.StoreUnsafe(ref half);
        s4.StoreUnsafe(ref Unsafe.Add(ref half, row));
        s5.StoreUnsafe(ref Unsafe.Add(ref half, 2 * row));
    }
}
