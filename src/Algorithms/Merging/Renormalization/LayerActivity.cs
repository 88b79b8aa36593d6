using System.Numerics;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>What a layer does on calibration data, to see whether a merged network's signal collapses.</summary>
public sealed class LayerActivity
{
    private double _magnitude;
    private long _zeros;
    private long _values;

    /// <summary>Starts without values.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public LayerActivity(int channels)
    {
        Before = new ChannelStatistics(channels);
        After = new ChannelStatistics(channels);
    }

    /// <summary>Statistics before the activation function.</summary>
    public ChannelStatistics Before { get; }

    /// <summary>Statistics after it.</summary>
    public ChannelStatistics After { get; }

    /// <summary>Mean |activation|; 0 without values.</summary>
    public double MeanMagnitude => _values == 0 ? 0 : _magnitude / _values;

    /// <summary>The share of activations that are exactly 0; 0 without values.</summary>
    public double ZeroFraction => _values == 0 ? 0 : (double)_zeros / _values;

    /// <summary>The mean of the channels' standard deviations before the activation function.</summary>
    public double DeviationBefore => MeanDeviation(Before);

    /// <summary>The mean of the channels' standard deviations after it.</summary>
    public double DeviationAfter => MeanDeviation(After);

    /// <summary>Adds a batch.</summary>
    /// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="before">Values before the activation function, row-major [samples, channels, space].</param>
    /// <param name="after">The same after it.</param>
    /// <param name="space">Values of a channel in one sample.</param>
    /// <exception cref="ArgumentException">The lengths differ, or are not a whole number of samples.</exception>
    public void Add<T>(ReadOnlySpan<T> before, ReadOnlySpan<T> after, int space = 1)
        where T : unmanaged, INumber<T>
    {
        if (before.Length != after.Length) throw new ArgumentException("Not as many values after the function as before it.", nameof(after));
        Before.Add(before, space);
        After.Add(after, space);
        foreach (var x in after)
        {
            _magnitude += Math.Abs(double.CreateTruncating(x));
            _zeros += T.IsZero(x) ? 1 : 0;
        }
        _values += after.Length;
    }

    private static double MeanDeviation(ChannelStatistics statistics)
    {
        var sum = 0.0;
        for (var channel = 0; channel < statistics.Channels; channel++) sum += statistics.Deviation(channel);
        return sum / statistics.Channels;
    }
}
