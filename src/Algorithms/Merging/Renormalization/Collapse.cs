using System.Buffers;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>
/// Measures of what merging loses (Qu, Horváth 2024): variance collapse, where the merged network's signal fades layer by layer, and magnitude
/// collapse, where its weights are much smaller than the endpoints'.
/// </summary>
public static class Collapse
{
    private const int PieceElements = 1 << 14;

    /// <summary>
    /// The mean over a layer's units of the merged variance over that of the mix of the endpoints: about 1 for an endpoint and after REPAIR,
    /// falling with depth for a naive merge. Units that are constant in both endpoints are left out; NaN where all are.
    /// </summary>
    /// <param name="merged">The merged network's statistics of the layer.</param>
    /// <param name="first">The first endpoint's.</param>
    /// <param name="second">The second endpoint's.</param>
    /// <param name="alpha">α: the second endpoint's share.</param>
    /// <exception cref="ArgumentException">The numbers of channels differ.</exception>
    public static double VarianceRatio(ChannelStatistics merged, ChannelStatistics first, ChannelStatistics second, double alpha)
    {
        ArgumentNullException.ThrowIfNull(merged);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Channels != merged.Channels || second.Channels != merged.Channels)
            throw new ArgumentException("The numbers of channels differ.", nameof(merged));
        var (sum, units) = (0.0, 0);
        for (var channel = 0; channel < merged.Channels; channel++)
        {
            var mix = ((1 - alpha) * first.Variance(channel)) + (alpha * second.Variance(channel));
            if (mix == 0) continue;
            sum += merged.Variance(channel) / mix;
            units++;
        }
        return sum / units;
    }

    /// <summary>The mean |w| of some tensors of a model together, for example of a layer's weights and bias; NaN for none.</summary>
    /// <param name="tensors">The tensors, floating-point ones of the model's manifest.</param>
    /// <param name="model">The model's data.</param>
    public static double MeanMagnitude(IEnumerable<TensorEntry> tensors, ITensorReader model)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(model);
        var bytes = ArrayPool<byte>.Shared.Rent(PieceElements * sizeof(double));
        var wide = ArrayPool<double>.Shared.Rent(PieceElements);
        try
        {
            var (sum, elements) = (0.0, 0L);
            foreach (var tensor in tensors)
            {
                var size = tensor.DType.SizeInBytes();
                for (long first = 0; first < tensor.ElementCount; first += PieceElements)
                {
                    var count = (int)Math.Min(PieceElements, tensor.ElementCount - first);
                    Elements.Widen(tensor.DType, model.Read(tensor.Offset + (first * size), bytes.AsSpan(0, count * size)), wide.AsSpan(0, count));
                    sum += Reductions.SumOfMagnitudes<double>(wide.AsSpan(0, count));
                }
                elements += tensor.ElementCount;
            }
            return sum / elements;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<double>.Shared.Return(wide);
        }
    }
}
