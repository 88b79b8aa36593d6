using System.Numerics;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>Statistics of the same channels of two networks on the same samples, and how the two correlate.</summary>
public sealed class ChannelPairStatistics
{
    private readonly double[] _products;

    /// <summary>Starts without values.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public ChannelPairStatistics(int channels)
    {
        First = new ChannelStatistics(channels);
        Second = new ChannelStatistics(channels);
        _products = new double[channels];
    }

    /// <summary>The first network's.</summary>
    public ChannelStatistics First { get; }

    /// <summary>The second network's.</summary>
    public ChannelStatistics Second { get; }

    /// <summary>Pearson's correlation of a channel; 0 where either is constant.</summary>
    /// <param name="channel">The channel, from 0.</param>
    public double Correlation(int channel)
    {
        var scale = Math.Sqrt(First.Squares[channel]) * Math.Sqrt(Second.Squares[channel]);
        return scale > 0 ? Math.Clamp(_products[channel] / scale, -1, 1) : 0;
    }

    /// <summary>Adds a batch of both.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="first">The first network's values, row-major [samples, channels, space].</param>
    /// <param name="second">The second network's, of the same samples.</param>
    /// <param name="space">Values of a channel in one sample.</param>
    /// <exception cref="ArgumentException">The lengths differ, or are not a whole number of samples.</exception>
    public void Add<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, int space = 1)
        where T : unmanaged, INumber<T>
    {
        if (first.Length != second.Length) throw new ArgumentException("The two have not the same samples.", nameof(second));
        var before = First.Count;
        double[] a = [.. First.Mean], b = [.. Second.Mean];
        First.Add(first, space);
        Second.Add(second, space);
        if (First.Count == before) return;

        // Chan's merge for the products: those of the batch around its own means, and those of its means around the means so far.
        var (sample, count) = (First.Channels * space, (double)(First.Count - before));
        for (var channel = 0; channel < First.Channels; channel++)
        {
            var (sumA, sumB, products) = (0.0, 0.0, 0.0);
            for (var at = channel * space; at < first.Length; at += sample)
            {
                for (var i = at; i < at + space; i++)
                {
                    sumA += double.CreateTruncating(first[i]);
                    sumB += double.CreateTruncating(second[i]);
                }
            }
            var (meanA, meanB) = (sumA / count, sumB / count);
            for (var at = channel * space; at < first.Length; at += sample)
                for (var i = at; i < at + space; i++)
                    products += (double.CreateTruncating(first[i]) - meanA) * (double.CreateTruncating(second[i]) - meanB);
            _products[channel] += products + ((meanA - a[channel]) * (meanB - b[channel]) * (before / (before + count)) * count);
        }
    }
}
