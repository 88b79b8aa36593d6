using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>Measures of collapse, layer by layer, over a run's training examples. Layers without an activation module behind them are not measured.</summary>
public static class ProbeCollapse
{
    /// <summary>Measures a mix of two models, and the two.</summary>
    /// <param name="probe">What runs them.</param>
    /// <param name="mixes">The mixes.</param>
    /// <param name="first">The first model.</param>
    /// <param name="second">The second, units where they are in the mixes.</param>
    /// <param name="share">The second model's share.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    /// <returns>The layers of each mix, in the order in which data passes them.</returns>
    public static IReadOnlyList<IReadOnlyList<LayerState>> Measure(
        ModelProbe probe, IReadOnlyList<TensorSet> mixes, TensorSet first, TensorSet second, double share, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(mixes);
        var (one, other) = (Activities(probe, first, cancellation), Activities(probe, second, cancellation));
        return [.. mixes.Select(mix => (IReadOnlyList<LayerState>)[.. Activities(probe, mix, cancellation).Select(pair => State(
            probe, mix, pair.Key, pair.Value, Collapse.VarianceRatio(pair.Value.Before, one[pair.Key].Before, other[pair.Key].Before, share)))])];
    }

    private static LayerState State(ModelProbe probe, TensorSet model, string layer, LayerActivity activity, double ratio)
    {
        var tensors = probe.Manifest.Where(entry => entry.IsTrainable && entry.Name[..Math.Max(0, entry.Name.LastIndexOf('.'))] == layer);
        return new(layer, activity.MeanMagnitude, activity.DeviationBefore, activity.DeviationAfter, activity.ZeroFraction, Collapse.MeanMagnitude(tensors, model), ratio);
    }

    private static OrderedDictionary<string, LayerActivity> Activities(ModelProbe probe, TensorSet model, CancellationToken cancellation)
    {
        var activities = new OrderedDictionary<string, LayerActivity>(StringComparer.Ordinal);
        // The layer whose outputs a value holds, perhaps normalised.
        var origin = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        probe.Load(model);
        probe.Watch((path, layer, input, output) =>
        {
            switch (layer)
            {
                case Linear or Conv2d or FilledConv2d:
                    origin[output] = path;
                    break;
                case BatchNorm or GroupNorm or LayerNorm when origin.TryGetValue(input, out var of):
                    origin[output] = of;
                    break;
                case ReLU or GELU or SiLU or Tanh or Sigmoid when origin.TryGetValue(input, out var of):
                    if (!activities.TryGetValue(of, out var activity))
                    {
                        activities[of] = activity = new LayerActivity((int)input.shape[input.dim() == 4 ? 1 : ^1]);
                    }

                    activity.Add(ChannelValues.Of(input, out var space), ChannelValues.Of(output, out _), space);
                    origin.Clear();
                    break;
            }
        }, cancellation);
        return activities;
    }
}
