using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Node.Models;

/// <summary>Where the largest value of each 2 x 2 window of an image stands: the first in reading order, or the last that is not a number.</summary>
internal static class LargestOfWindows
{
    /// <summary>Finds them, eight channels at once.</summary>
    /// <param name="pixels">Images, one behind the other: [image, height, width, channel].</param>
    /// <param name="height">Height of an image; a last odd row is left out.</param>
    /// <param name="width">Width of an image; a last odd column is left out.</param>
    /// <param name="channels">Values of a pixel.</param>
    /// <param name="places">Takes positions within the image: [image, ⌊height / 2⌋, ⌊width / 2⌋, channel].</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(ReadOnlySpan<float> pixels, int height, int width, int channels, Span<long> places)
    {
        var (size, row) = (height * width * channels, width * channels);
        var (down, across) = (height / 2, width / 2);
        if (size == 0 || pixels.Length % size != 0 || places.Length != pixels.Length / size * down * across * channels)
        {
            throw new ArgumentException("The places do not fit the images.", nameof(places));
        }

        ref var from = ref MemoryMarshal.GetReference(pixels);
        ref var to = ref MemoryMarshal.GetReference(places);
        var (nextColumn, nextRow) = (Vector256.Create(channels), Vector256.Create(row));
        var at = 0;
        for (var image = 0; image < pixels.Length; image += size)
        {
            for (var window = 0; window < down * across; window++)
            {
                var first = ((window / across * width) + (window % across)) * 2 * channels;
                var channel = 0;
                // Lanes past the last channel belong to the next window, which writes them after this one.
                for (; channel < channels && at + 8 <= places.Length && image + first + channel + row + channels + 8 <= pixels.Length; channel += 8)
                {
                    ref var corner = ref Unsafe.Add(ref from, image + first + channel);
                    var (top, topColumn) = Larger(Vector256.LoadUnsafe(ref corner), Vector256.LoadUnsafe(ref corner, (nuint)channels));
                    var (bottom, bottomColumn) = Larger(Vector256.LoadUnsafe(ref corner, (nuint)row), Vector256.LoadUnsafe(ref corner, (nuint)(row + channels)));
                    var (_, lower) = Larger(top, bottom);
                    var place = Vector256.Create(first + channel) + Vector256<int>.Indices
                        + (lower & nextRow) + (Vector256.ConditionalSelect(lower, bottomColumn, topColumn) & nextColumn);
                    var (low, high) = Vector256.Widen(place);
                    low.StoreUnsafe(ref to, (nuint)at);
                    high.StoreUnsafe(ref to, (nuint)(at + 4));
                    at += Math.Min(8, channels - channel);
                }

                for (; channel < channels; channel++)
                {
                    places[at++] = Largest(pixels.Slice(image, size), first + channel, channels, row);
                }
            }
        }
    }

    private static (Vector256<float> Value, Vector256<int> IsSecond) Larger(Vector256<float> first, Vector256<float> second)
    {
        var isSecond = Vector256.GreaterThan(second, first) | ~Vector256.Equals(second, second);
        return (Vector256.ConditionalSelect(isSecond, second, first), isSecond.AsInt32());
    }

    private static int Largest(ReadOnlySpan<float> image, int corner, int channels, int row)
    {
        var place = corner;
        ReadOnlySpan<int> others = [corner + channels, corner + row, corner + row + channels];
        foreach (var other in others)
        {
            if (image[other] > image[place] || float.IsNaN(image[other]))
            {
                place = other;
            }
        }

        return place;
    }
}
