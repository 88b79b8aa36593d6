using System.Runtime.InteropServices;
using Distributed.Algorithms.Merging.Renormalization;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Tests.Merging.Renormalization;

/// <summary>Dense layers with ReLU between them, evaluated plainly.</summary>
internal sealed class DenseNetwork(IReadOnlyList<(double[] Weight, double[] Bias)> layers, double[][] input) : ICorrectableNetwork
{
    public IReadOnlyList<(double[] Weight, double[] Bias)> Layers => layers;

    public int LayerCount => layers.Count - 1;

    public bool HasBatchNorm { get; init; }

    public int Resets { get; private set; }

    /// <summary>(1 - α) first + α second.</summary>
    public static DenseNetwork Mix(DenseNetwork first, DenseNetwork second, double alpha)
    {
        double[] Between(double[] a, double[] b) => [.. a.Zip(b, (x, y) => ((1 - alpha) * x) + (alpha * y))];
        return new([.. first.Layers.Zip(second.Layers, (a, b) => (Between(a.Weight, b.Weight), Between(a.Bias, b.Bias)))], first.Input);
    }

    public double[][] Input => input;

    /// <summary>A layer's values before the activation function, row-major [samples, units].</summary>
    public double[] Before(int layer)
    {
        var rows = input;
        for (var l = 0; ; l++)
        {
            var (weight, bias) = layers[l];
            var before = rows.Select(x => bias.Select((b, u) => b + x.Select((v, i) => v * weight[(u * x.Length) + i]).Sum()).ToArray()).ToArray();
            if (l == layer) return [.. before.SelectMany(x => x)];
            rows = [.. before.Select(Relu)];
        }
    }

    public double[] Outputs() => Before(layers.Count - 1);

    public LayerActivity Activity(int layer)
    {
        var activity = new LayerActivity(layers[layer].Bias.Length);
        var before = Before(layer);
        activity.Add<double>(before, Relu(before));
        return activity;
    }

    public ChannelStatistics Measure(int layer)
    {
        var statistics = new ChannelStatistics(layers[layer].Bias.Length);
        statistics.Add<double>(Before(layer));
        return statistics;
    }

    public void Correct(int layer, ChannelCorrection correction) =>
        correction.Fuse(TensorDType.F64, MemoryMarshal.AsBytes(layers[layer].Weight.AsSpan()), MemoryMarshal.AsBytes(layers[layer].Bias.AsSpan()));

    public void Reset() => Resets++;

    private static double[] Relu(double[] values) => [.. values.Select(v => Math.Max(0, v))];
}
