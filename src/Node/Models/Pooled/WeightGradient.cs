using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models.Pooled;

/// <summary>
/// The gradient of filters and bias: each window's gradient times the pixels that its largest value was computed from. The other three values of a window have
/// none, so this is a quarter of what the convolution alone would need.
/// </summary>
internal static class WeightGradient
{
    // Of a filter, and the bias behind them.
    private const int Rows = PooledShape.Side + 1;

    /// <summary>Numbers of the sums, [outputs, vectors of a filter's row, 6, 8]; the sixth row is the bias.</summary>
    public static int SumsLength(in PooledShape shape) => shape.Outputs * shape.FilterVectors * Rows * PooledShape.Lanes;

    /// <summary>Adds one image's share.</summary>
    /// <param name="image">The padded image.</param>
    /// <param name="gradient">The gradient of the image's largest values, [down, across, outputs].</param>
    /// <param name="places">Where the largest values were, as <see cref="Windows"/> found them.</param>
    /// <param name="sums">What is added to.</param>
    /// <param name="shape">The extents.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ReadOnlySpan<float> image, ReadOnlySpan<float> gradient, ReadOnlySpan<int> places, Span<float> sums, in PooledShape shape)
    {
        for (var output = 0; output < shape.Outputs; output++)
        {
            for (var vector = 0; vector < shape.FilterVectors; vector++)
            {
                var at = ((output * shape.FilterVectors) + vector) * Rows * PooledShape.Lanes;
                AddFive(
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(image), vector * PooledShape.Lanes),
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(gradient), output),
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(places), output),
                    ref Unsafe.Add(ref MemoryMarshal.GetReference(sums), at),
                    shape);
            }
        }
    }

    /// <summary>Puts sums in their order.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="weight">Takes the filters' gradient, [outputs, channels, 5, 5].</param>
    /// <param name="bias">Takes the bias's, [outputs].</param>
    /// <param name="shape">The extents.</param>
    public static void Unpack(ReadOnlySpan<float> sums, Span<float> weight, Span<float> bias, in PooledShape shape)
    {
        var to = 0;
        for (var output = 0; output < shape.Outputs; output++)
        {
            bias[output] = sums[((output * shape.FilterVectors * Rows) + PooledShape.Side) * PooledShape.Lanes];
            for (var channel = 0; channel < shape.Channels; channel++)
            {
                for (var line = 0; line < PooledShape.Side; line++)
                {
                    for (var column = 0; column < PooledShape.Side; column++)
                    {
                        var (vector, lane) = Math.DivRem((column * shape.Channels) + channel, PooledShape.Lanes);
                        weight[to++] = sums[(((((output * shape.FilterVectors) + vector) * Rows) + line) * PooledShape.Lanes) + lane];
                    }
                }
            }
        }
    }

    // Eight numbers of each of a filter's five rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddFive(ref float image, ref float gradient, ref int places, ref float sums, in PooledShape shape)
    {
        var s0 = Vector256<float>.Zero;
        var (s1, s2, s3, s4, s5) = (s0, s0, s0, s0, s0);
        nint row = shape.Row, outputs = shape.Outputs, channels = shape.Channels;
        for (var y = 0; y < shape.Down; y++)
        {
            ref var corner = ref Unsafe.Add(ref image, 2 * y * row);
            for (var left = shape.Across; left > 0; left--)
            {
                var slope = Vector256.Create(gradient);
                ref var pixels = ref Unsafe.Add(ref corner, places);
                s0 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref pixels), s0);
                s1 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref pixels, row)), s1);
                s2 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref pixels, 2 * row)), s2);
                ref var lower = ref Unsafe.Add(ref pixels, 3 * row);
                s3 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref lower), s3);
                s4 = Vector256.MultiplyAddEstimate(slope, Vector256.LoadUnsafe(ref Unsafe.Add(ref lower, row)), s4);
                s5 += slope;
                gradient = ref Unsafe.Add(ref gradient, outputs);
                places = ref Unsafe.Add(ref places, outputs);
                corner = ref Unsafe.Add(ref corner, 2 * channels);
            }
        }

        Add(s0, ref sums, 0);
        Add(s1, ref sums, 1);
        Add(s2, ref sums, 2);
        Add(s3, ref sums, 3);
        Add(s4, ref sums, 4);
        Add(s5, ref sums, 5);
    }

    private static void Add(Vector256<float> sum, ref float sums, int line)
    {
        ref var at = ref Unsafe.Add(ref sums, line * PooledShape.Lanes);
        (Vector256.LoadUnsafe(ref at) + sum).StoreUnsafe(ref at);
    }
}
