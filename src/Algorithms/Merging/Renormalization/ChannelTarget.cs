using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>What a layer's pre-activations should look like after a correction: the mix of the endpoints' statistics.</summary>
/// <param name="Mean">The mean of each channel.</param>
/// <param name="Deviation">The standard deviation of each channel: the mean of standard deviations, not of variances.</param>
public sealed record ChannelTarget(ImmutableArray<double> Mean, ImmutableArray<double> Deviation)
{
    /// <summary>Mixes the statistics that a layer has in several networks.</summary>
    /// <param name="endpoints">Each network's.</param>
    /// <param name="shares">How much of each is in the merged network, for example 1 - α and α.</param>
    /// <exception cref="ArgumentException">The numbers of networks, shares or channels differ, or there is none.</exception>
    public static ChannelTarget Mix(IReadOnlyList<ChannelStatistics> endpoints, ReadOnlySpan<double> shares)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.Count == 0 || endpoints.Count != shares.Length || endpoints.Any(e => e.Channels != endpoints[0].Channels))
            throw new ArgumentException("Each network needs a share, and all the same channels.", nameof(shares));
        var (mean, deviation) = (new double[endpoints[0].Channels], new double[endpoints[0].Channels]);
        for (var k = 0; k < endpoints.Count; k++)
        {
            for (var channel = 0; channel < mean.Length; channel++)
            {
                mean[channel] += shares[k] * endpoints[k].Mean[channel];
                deviation[channel] += shares[k] * endpoints[k].Deviation(channel);
            }
        }
        return new ChannelTarget([.. mean], [.. deviation]);
    }
}
