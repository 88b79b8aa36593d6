using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>A correction that was chosen by its loss.</summary>
/// <typeparam name="TNetwork">The network.</typeparam>
/// <param name="Kind">The correction.</param>
/// <param name="Network">The corrected network.</param>
/// <param name="Losses">The calibration loss with each correction that was tried; empty for a reset, which has no rival.</param>
/// <param name="Uncorrected">The calibration loss of the merged network as it was.</param>
public sealed record CorrectionChoice<TNetwork>(
    CorrectionKind Kind, TNetwork Network, ImmutableSortedDictionary<CorrectionKind, double> Losses, double Uncorrected);

/// <summary>Corrects merged and pruned networks, layer by layer.</summary>
public static class Renormalizer
{
    /// <summary>What each layer should look like.</summary>
    /// <param name="endpoints">The statistics of all layers of each network that went into the merge; the dense one alone for a pruned network.</param>
    /// <param name="shares">How much of each is in it, for example 1 - α and α.</param>
    /// <exception cref="ArgumentException">The numbers of networks, shares, layers or channels differ.</exception>
    public static ImmutableArray<ChannelTarget> Targets(IReadOnlyList<IReadOnlyList<ChannelStatistics>> endpoints, ReadOnlySpan<double> shares)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        if (endpoints.Count == 0 || endpoints.Any(e => e.Count != endpoints[0].Count))
            throw new ArgumentException("The networks have not the same layers.", nameof(endpoints));
        var targets = ImmutableArray.CreateBuilder<ChannelTarget>();
        for (var layer = 0; layer < endpoints[0].Count; layer++)
            targets.Add(ChannelTarget.Mix([.. endpoints.Select(e => e[layer])], shares));
        return targets.ToImmutable();
    }

    /// <summary>Corrects a network in place: each layer is measured with the layers before it corrected already.</summary>
    /// <param name="network">The merged network.</param>
    /// <param name="kind">How.</param>
    /// <param name="targets">One for each layer; a reset needs none.</param>
    /// <param name="options">Settings.</param>
    /// <returns>What was done to each layer; empty for a reset.</returns>
    /// <exception cref="ArgumentException">There are not as many targets as layers.</exception>
    public static ImmutableArray<ChannelCorrection> Correct(
        ICorrectableNetwork network, CorrectionKind kind, ImmutableArray<ChannelTarget> targets, CorrectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (kind == CorrectionKind.Reset)
        {
            network.Reset();
            return [];
        }
        if (targets.Length != network.LayerCount)
            throw new ArgumentException($"{network.LayerCount} layers have {targets.Length} targets.", nameof(targets));
        var corrections = ImmutableArray.CreateBuilder<ChannelCorrection>();
        for (var layer = 0; layer < network.LayerCount; layer++)
        {
            corrections.Add(ChannelCorrection.Of(kind, targets[layer], network.Measure(layer), options));
            network.Correct(layer, corrections[layer]);
        }
        return corrections.ToImmutable();
    }

    /// <summary>
    /// The correction that fits: a reset where there is BatchNorm, otherwise RESCALE or REPAIR, whichever has the lower calibration loss. Which
    /// one wins depends on the network. Neither need be better than no correction (wide networks need none): compare
    /// <see cref="CorrectionChoice{TNetwork}.Uncorrected"/>.
    /// </summary>
    /// <typeparam name="TNetwork">The network.</typeparam>
    /// <param name="merged">Makes the merged network, a new one each time.</param>
    /// <param name="targets">One for each layer.</param>
    /// <param name="loss">The loss on calibration data; NaN counts as the highest.</param>
    /// <param name="options">Settings.</param>
    public static CorrectionChoice<TNetwork> Auto<TNetwork>(
        Func<TNetwork> merged, ImmutableArray<ChannelTarget> targets, Func<TNetwork, double> loss, CorrectionOptions? options = null)
        where TNetwork : ICorrectableNetwork
    {
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(loss);
        var plain = merged();
        var uncorrected = loss(plain);
        if (plain.HasBatchNorm)
        {
            Correct(plain, CorrectionKind.Reset, targets, options);
            return new(CorrectionKind.Reset, plain, ImmutableSortedDictionary<CorrectionKind, double>.Empty, uncorrected);
        }

        var (rescaled, repaired) = (merged(), merged());
        Correct(rescaled, CorrectionKind.Rescale, targets, options);
        Correct(repaired, CorrectionKind.Repair, targets, options);
        var losses = ImmutableSortedDictionary<CorrectionKind, double>.Empty
            .Add(CorrectionKind.Rescale, loss(rescaled)).Add(CorrectionKind.Repair, loss(repaired));
        var repair = losses[CorrectionKind.Repair] < losses[CorrectionKind.Rescale] || double.IsNaN(losses[CorrectionKind.Rescale]);
        return repair
            ? new(CorrectionKind.Repair, repaired, losses, uncorrected)
            : new(CorrectionKind.Rescale, rescaled, losses, uncorrected);
    }
}
