namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>
/// BatchNorm's running statistics estimated anew, as RESET needs them: the plain mean over all batches of their means and (unbiased) variances,
/// as PyTorch's layer keeps it with <c>momentum=None</c>. Batches of one size weigh the same whatever their order.
/// </summary>
public sealed class BatchNormEstimate
{
    private readonly double[] _mean;
    private readonly double[] _variance;

    /// <summary>Starts without batches.</summary>
    /// <param name="channels">Number of channels, at least 1.</param>
    public BatchNormEstimate(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        _mean = new double[channels];
        _variance = new double[channels];
    }

    /// <summary>Number of batches so far: the layer's counter.</summary>
    public long Batches { get; private set; }

    /// <summary>The running mean of each channel.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>The running variance of each channel.</summary>
    public ReadOnlySpan<double> Variance => _variance;

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">What the layer's input looks like in it; at least two values of each channel.</param>
    /// <exception cref="ArgumentException">The numbers of channels differ, or the batch has no variance.</exception>
    public void Add(ChannelStatistics batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Channels != _mean.Length) throw new ArgumentException("The numbers of channels differ.", nameof(batch));
        if (batch.Count < 2) throw new ArgumentException("A batch of one value has no variance.", nameof(batch));
        Batches++;
        for (var channel = 0; channel < _mean.Length; channel++)
        {
            _mean[channel] += (batch.Mean[channel] - _mean[channel]) / Batches;
            _variance[channel] += (batch.UnbiasedVariance(channel) - _variance[channel]) / Batches;
        }
    }
}
