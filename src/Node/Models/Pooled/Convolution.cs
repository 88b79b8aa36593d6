using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models.Pooled;

/// <summary>
/// A 5 x 5 convolution of one image: eight outputs of ten neighbouring places at once, so that a weight is loaded once for ten products and every sum stays in
/// a register.
/// </summary>
internal static class Convolution
{
    /// <summary>Places that are computed together; a map is at least so wide.</summary>
    public const int Places = 10;

    /// <summary>Numbers of packed filters.</summary>
    public static int PackedLength(in PooledShape shape) => shape.MapDepth * PooledShape.Side * PooledShape.Side * shape.Channels;

    /// <summary>Puts filters in the order in which they are read, [outputs / 8, row, column, channel, 8], zeros behind the last output.</summary>
    /// <param name="weight">Filters, [outputs, channels, 5, 5].</param>
    /// <param name="packed">Takes them.</param>
    /// <param name="shape">The extents.</param>
    public static void Pack(ReadOnlySpan<float> weight, Span<float> packed, in PooledShape shape)
    {
        const int Taps = PooledShape.Side * PooledShape.Side;
        packed.Clear();
        var from = 0;
        for (var output = 0; output < shape.Outputs; output++)
        {
            var to = (output / PooledShape.Lanes * Taps * shape.Channels * PooledShape.Lanes) + (output % PooledShape.Lanes);
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                for (var tap = 0; tap < Taps; tap++)
                {
                    packed[to + (((tap * shape.Channels) + channel) * PooledShape.Lanes)] = weight[from++];
                }
            }
        }
    }

    /// <summary>Convolves.</summary>
    /// <param name="image">The padded image.</param>
    /// <param name="packed">The filters.</param>
    /// <param name="bias">What the sums begin with, zeros behind the last output: [map depth].</param>
    /// <param name="map">Takes the result: [2 x down, map width, map depth].</param>
    /// <param name="shape">The extents.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(ReadOnlySpan<float> image, ReadOnlySpan<float> packed, ReadOnlySpan<float> bias, Span<float> map, in PooledShape shape)
    {
        var (row, width, step) = (shape.Row, shape.MapWidth, shape.MapDepth);
        ref var pixels = ref MemoryMarshal.GetReference(image);
        for (var block = 0; block < step; block += PooledShape.Lanes)
        {
            ref var weights = ref Unsafe.Add(ref MemoryMarshal.GetReference(packed), block * PooledShape.Side * PooledShape.Side * shape.Channels);
            var start = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(bias), (nuint)block);
            for (var y = 0; y < 2 * shape.Down; y++)
            {
                // The last places of a row are counted from its end: some may be computed twice.
                for (var x = 0; x < width; x += Places)
                {
                    var first = Math.Min(x, width - Places);
                    Ten(
                        ref Unsafe.Add(ref pixels, (y * row) + (first * shape.Channels)), row, shape.Channels, ref weights, start,
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(map), (((y * width) + first) * step) + block), step);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ten(ref float pixels, int row, int channels, ref float weights, Vector256<float> start, ref float map, int step)
    {
        var (s0, s1, s2, s3, s4, s5, s6, s7, s8, s9) = (start, start, start, start, start, start, start, start, start, start);
        // Distances in the three forms that an address can hold: the loop needs no others.
        nint one = channels, two = 2 * channels, four = 4 * channels;
        ref var weight = ref weights;
        for (var line = 0; line < PooledShape.Side; line++)
        {
            ref var p0 = ref Unsafe.Add(ref pixels, line * row);
            ref var p3 = ref Unsafe.Add(ref p0, one + two);
            ref var p5 = ref Unsafe.Add(ref p0, one + four);
            for (var left = PooledShape.Side * channels; left > 0; left--)
            {
                var w = Vector256.LoadUnsafe(ref weight);
                s0 = Vector256.MultiplyAddEstimate(Vector256.Create(p0), w, s0);
                s1 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p0, one)), w, s1);
                s2 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p0, two)), w, s2);
                s3 = Vector256.MultiplyAddEstimate(Vector256.Create(p3), w, s3);
                s4 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p3, one)), w, s4);
                s5 = Vector256.MultiplyAddEstimate(Vector256.Create(p5), w, s5);
                s6 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p5, one)), w, s6);
                s7 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p5, two)), w, s7);
                s8 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p0, 2 * four)), w, s8);
                s9 = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref p5, four)), w, s9);
                p0 = ref Unsafe.Add(ref p0, 1);
                p3 = ref Unsafe.Add(ref p3, 1);
                p5 = ref Unsafe.Add(ref p5, 1);
                weight = ref Unsafe.Add(ref weight, PooledShape.Lanes);
            }
        }

        var apart = (nuint)step;
        s0.StoreUnsafe(ref map);
        s1.StoreUnsafe(ref map, apart);
        s2.StoreUnsafe(ref map, 2 * apart);
        s3.StoreUnsafe(ref map, 3 * apart);
        s4.StoreUnsafe(ref map, 4 * apart);
        s5.StoreUnsafe(ref map, 5 * apart);
        s6.StoreUnsafe(ref map, 6 * apart);
        s7.StoreUnsafe(ref map, 7 * apart);
        s8.StoreUnsafe(ref map, 8 * apart);
        s9.StoreUnsafe(ref map, 9 * apart);
    }
}
