using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Models;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>Two models on the same training examples, batch by batch.</summary>
internal static class ProbePairs
{
    /// <summary>Statistics of the correctable layers in both.</summary>
    public static IReadOnlyList<ChannelPairStatistics> Statistics(ModelProbe probe, TensorSet first, TensorSet second, CancellationToken cancellation)
    {
        var pairs = probe.Layers.ToDictionary(layer => layer.Path, layer => new ChannelPairStatistics(layer.Channels), StringComparer.Ordinal);
        Compare(probe, first, second, Keep, (path, one, other) => pairs[path].Add<float>(one.Values, other.Values, one.Space), cancellation);
        return [.. probe.Layers.Select(layer => pairs[layer.Path])];

        void Keep(string path, nn.Module<Tensor, Tensor> layer, Tensor input, Tensor output, Dictionary<string, ProbedValues> kept)
        {
            if (pairs.ContainsKey(path))
            {
                kept[path] = new ProbedValues(ChannelValues.Of(output, out var space).ToArray(), space);
            }
        }
    }

    /// <summary>Runs both and compares what was kept of each under the same key.</summary>
    /// <param name="probe">What runs them.</param>
    /// <param name="first">The first model.</param>
    /// <param name="second">The second.</param>
    /// <param name="keep">Keeps values while a model runs.</param>
    /// <param name="look">Is given a key with the values of both.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    public static void Compare(
        ModelProbe probe, TensorSet first, TensorSet second, KeepValues keep, Action<string, ProbedValues, ProbedValues> look, CancellationToken cancellation)
    {
        var kept = new Dictionary<string, ProbedValues>(StringComparer.Ordinal);
        using var watch = new LayerWatch(probe.Module, (path, layer, input, output) => keep(path, layer, input, output, kept));
        probe.Each(Split.Train, probe.Examples(Split.Train), read =>
        {
            probe.Load(first);
            probe.Run(read);
            var ones = kept.ToArray();
            kept.Clear();
            probe.Load(second);
            probe.Run(read);
            foreach (var (key, one) in ones)
            {
                look(key, one, kept[key]);
            }

            kept.Clear();
        }, wholeBatches: false, cancellation);
    }
}
