using System.Collections.Immutable;
using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;

namespace Distributed.Node.Merging;

/// <summary>A re-normalised model.</summary>
/// <param name="Kind">What was done; never <see cref="RepairKind.Auto"/>.</param>
/// <param name="Model">The model.</param>
/// <param name="Losses">Loss on the training examples with each kind that was tried; empty where there was no choice.</param>
public sealed record RepairedModel(RepairKind Kind, TensorSet Model, IReadOnlyDictionary<RepairKind, double> Losses);

/// <summary>Re-normalises merged models with a run's training examples.</summary>
public static class ProbeRepair
{
    /// <summary>Why a kind cannot be used on a run's model, as a sentence; null when it can.</summary>
    /// <param name="probe">The run's model.</param>
    /// <param name="kind">The kind.</param>
    public static string? Misfit(ModelProbe probe, RepairKind kind)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return kind switch
        {
            RepairKind.Reset when !probe.HasBatchNorm => "The model has no BatchNorm: there are no running statistics to reset.",
            RepairKind.Repair or RepairKind.Rescale or RepairKind.Reshift or RepairKind.ClosedForm when probe.Layers.Count == 0 && !probe.HasBatchNorm =>
                "The model has no hidden layer with weights and a bias: there is nothing that could be corrected.",
            _ => null,
        };
    }

    /// <summary>
    /// Re-normalises. Layers are measured with the layers before them corrected; a layer in front of BatchNorm is left to the reset, which every
    /// kind ends with where there is BatchNorm.
    /// </summary>
    /// <param name="probe">What runs the models.</param>
    /// <param name="kind">How.</param>
    /// <param name="merged">The merged model; left as it is.</param>
    /// <param name="endpoints">The models that went into it, units where they are in the merged one.</param>
    /// <param name="shares">How much of each.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public static RepairedModel Run(
        ModelProbe probe, RepairKind kind, TensorSet merged, IReadOnlyList<TensorSet> endpoints, double[] shares, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(shares);
        var losses = new Dictionary<RepairKind, double>();
        if (kind == RepairKind.Auto)
        {
            kind = probe.HasBatchNorm ? RepairKind.Reset : probe.Layers.Count == 0 ? RepairKind.None : Choose(probe, merged, endpoints, shares, losses, cancellation);
        }

        var network = new ProbedNetwork(probe, Copy(merged), cancellation);
        Apply(probe, kind, network, endpoints, shares, cancellation);
        return new(kind, network.Model, losses);
    }

    private static RepairKind Choose(
        ModelProbe probe, TensorSet merged, IReadOnlyList<TensorSet> endpoints, double[] shares, Dictionary<RepairKind, double> losses, CancellationToken cancellation)
    {
        var choice = Renormalizer.Auto(
            () => new ProbedNetwork(probe, Copy(merged), cancellation),
            Targets(probe, endpoints, shares, cancellation),
            network => probe.Score(network.Model, Split.Train, cancellation).Loss);
        losses[RepairKind.None] = choice.Uncorrected;
        losses[RepairKind.Rescale] = choice.Losses[CorrectionKind.Rescale];
        losses[RepairKind.Repair] = choice.Losses[CorrectionKind.Repair];
        // Wide networks need no correction, and lose by one.
        return losses.Where(pair => !double.IsNaN(pair.Value)).OrderBy(pair => pair.Value).Select(pair => pair.Key).FirstOrDefault();
    }

    private static void Apply(
        ModelProbe probe, RepairKind kind, ProbedNetwork network, IReadOnlyList<TensorSet> endpoints, double[] shares, CancellationToken cancellation)
    {
        switch (kind)
        {
            case RepairKind.Repair or RepairKind.Rescale or RepairKind.Reshift:
                network.Reset();
                var correction = kind == RepairKind.Repair ? CorrectionKind.Repair : kind == RepairKind.Rescale ? CorrectionKind.Rescale : CorrectionKind.Reshift;
                Renormalizer.Correct(network, correction, Targets(probe, endpoints, shares, cancellation));
                break;
            case RepairKind.ClosedForm:
                var pairs = ProbePairs.Statistics(probe, endpoints[0], endpoints[1], cancellation);
                for (var layer = 0; layer < pairs.Count; layer++)
                {
                    network.Correct(layer, ChannelCorrection.ClosedForm(pairs[layer], shares[1]));
                }

                break;
            case RepairKind.None:
                return;
        }

        network.Reset();
    }

    private static ImmutableArray<ChannelTarget> Targets(
        ModelProbe probe, IReadOnlyList<TensorSet> endpoints, double[] shares, CancellationToken cancellation) => Renormalizer.Targets(
        [.. endpoints.Select(endpoint => new ProbedNetwork(probe, endpoint, cancellation).MeasureAll())], shares);

    private static TensorSet Copy(TensorSet model) => new(model.Manifest, model.Data.ToArray());
}
