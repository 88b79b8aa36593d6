using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using TorchSharp;

namespace Distributed.Node.Merging;

/// <summary>A stored model as a correction sees it: measured by a probe over its training examples, corrected in its own bytes.</summary>
public sealed class ProbedNetwork : ICorrectableNetwork
{
    private readonly ModelProbe probe;
    private readonly CancellationToken cancellation;

    /// <summary>Takes a model.</summary>
    /// <param name="probe">What runs it.</param>
    /// <param name="model">The model, the probe's tensors; corrections change it.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public ProbedNetwork(ModelProbe probe, TensorSet model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(model);
        (this.probe, Model, this.cancellation) = (probe, model, cancellation);
    }

    /// <summary>The model.</summary>
    public TensorSet Model { get; }

    /// <inheritdoc />
    public int LayerCount => probe.Layers.Count;

    /// <inheritdoc />
    public bool HasBatchNorm => probe.HasBatchNorm;

    /// <inheritdoc />
    public ChannelStatistics Measure(int layer) => Measure([probe.Layers[layer]])[0];

    /// <inheritdoc />
    public IReadOnlyList<ChannelStatistics> MeasureAll() => Measure(probe.Layers);

    /// <inheritdoc />
    public void Correct(int layer, ChannelCorrection correction)
    {
        ArgumentNullException.ThrowIfNull(correction);
        correction.Fuse(Model, probe.Layers[layer].Weight, probe.Layers[layer].Bias);
    }

    /// <inheritdoc />
    public void Reset() => probe.Reset(Model, cancellation);

    private ChannelStatistics[] Measure(IReadOnlyList<ProbedLayer> layers)
    {
        probe.Load(Model);
        var statistics = layers.ToDictionary(layer => layer.Path, layer => new ChannelStatistics(layer.Channels), StringComparer.Ordinal);
        probe.Watch((path, _, _, output) =>
        {
            if (statistics.TryGetValue(path, out var sums))
            {
                sums.Add<float>(ChannelValues.Of(output, out var space), space);
            }
        }, cancellation);
        return [.. layers.Select(layer => statistics[layer.Path])];
    }
}
