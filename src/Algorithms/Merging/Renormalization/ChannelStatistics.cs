using System.Numerics;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>
/// Mean and variance of each channel over samples and space, added up batch by batch in double precision and mergeable across nodes (Chan,
/// Golub, LeVeque 1979). Not safe for several threads at once.
/// </summary>
public sealed class ChannelStatistics
{
    private readonly double[] _mean;
    private readonly double[] _squares;

    /// <summary>Starts without values.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public ChannelStatistics(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _mean = new double[channels];
        _squares = new double[channels];
    }

    /// <summary>Number of channels.</summary>
    public int Channels => _mean.Length;

    /// <summary>Number of values of each channel so far.</summary>
    public long Count { get; private set; }

    /// <summary>The mean of each channel.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>The sum of squared differences to the mean, of each channel: M2, what nodes send each other.</summary>
    public ReadOnlySpan<double> Squares => _squares;

    /// <summary>The population variance (divided by the count) of a channel; 0 without values.</summary>
    /// <param name="channel">The channel, from 0.</param>
    public double Variance(int channel) => Count == 0 ? 0 : _squares[channel] / Count;

    /// <summary>The variance divided by the count less one, which BatchNorm keeps; 0 with less than two values.</summary>
    /// <param name="channel">The channel, from 0.</param>
    public double UnbiasedVariance(int channel) => Count < 2 ? 0 : _squares[channel] / (Count - 1);

    /// <summary>The square root of the population variance.</summary>
    /// <param name="channel">The channel, from 0.</param>
    public double Deviation(int channel) => Math.Sqrt(Variance(channel));

    /// <summary>Adds a batch.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="values">The batch's values, row-major [samples, channels, space].</param>
    /// <param name="space">Values of a channel in one sample: 1 behind a dense layer, height × width behind a convolution.</param>
    /// <exception cref="ArgumentException">The values are not a whole number of samples.</exception>
    public void Add<T>(ReadOnlySpan<T> values, int space = 1)
        where T : unmanaged, INumber<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(space, 1);
        var sample = Channels * space;
        if (values.Length % sample != 0)
            throw new ArgumentException($"{values.Length} values are no whole number of samples of {Channels} x {space}.", nameof(values));
        long count = values.Length / sample * space;
        if (count == 0) return;
        for (var channel = 0; channel < Channels; channel++)
        {
            var (sum, squares) = (0.0, 0.0);
            for (var at = channel * space; at < values.Length; at += sample)
                foreach (var x in values.Slice(at, space)) sum += double.CreateTruncating(x);
            var mean = sum / count;
            for (var at = channel * space; at < values.Length; at += sample)
            {
                foreach (var x in values.Slice(at, space))
                {
                    var difference = double.CreateTruncating(x) - mean;
                    squares += difference * difference;
                }
            }
            Add(channel, count, mean, squares);
        }
        Count += count;
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    /// <param name="count">Number of values of each channel.</param>
    /// <param name="mean">Their mean.</param>
    /// <param name="squares">Their sum of squared differences to it.</param>
    /// <exception cref="ArgumentException">The numbers of channels differ.</exception>
    public void Add(long count, ReadOnlySpan<double> mean, ReadOnlySpan<double> squares)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (mean.Length != Channels || squares.Length != Channels) throw new ArgumentException("The numbers of channels differ.", nameof(mean));
        if (count == 0) return;
        for (var channel = 0; channel < Channels; channel++) Add(channel, count, mean[channel], squares[channel]);
        Count += count;
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    /// <param name="other">The other's.</param>
    /// <exception cref="ArgumentException">The numbers of channels differ.</exception>
    public void Add(ChannelStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Add(other.Count, other.Mean, other.Squares);
    }

    private void Add(int channel, long count, double mean, double squares)
    {
        double all = Count + count;
        var difference = mean - _mean[channel];
        _squares[channel] += squares + (difference * difference * (Count / all) * count);
        _mean[channel] += difference * (count / all);
    }
}
