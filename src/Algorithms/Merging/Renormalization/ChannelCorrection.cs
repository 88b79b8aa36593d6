using System.Collections.Immutable;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>An affine map of each channel of a layer's pre-activations: y = x × scale + shift.</summary>
/// <param name="Scale">The scale of each channel.</param>
/// <param name="Shift">The shift of each channel.</param>
public sealed record ChannelCorrection(ImmutableArray<double> Scale, ImmutableArray<double> Shift)
{
    /// <summary>The correction of a layer.</summary>
    /// <param name="kind">Which one; not <see cref="CorrectionKind.Reset"/>, which is no map of pre-activations.</param>
    /// <param name="target">What the channels should look like.</param>
    /// <param name="merged">What they look like in the merged network, the layers before it corrected already.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="ArgumentException">The numbers of channels differ, or the kind is no map.</exception>
    public static ChannelCorrection Of(CorrectionKind kind, ChannelTarget target, ChannelStatistics merged, CorrectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(merged);
        if (kind == CorrectionKind.Reset) throw new ArgumentException("A reset is no map of pre-activations.", nameof(kind));
        if (target.Mean.Length != merged.Channels) throw new ArgumentException("The numbers of channels differ.", nameof(target));
        options ??= new CorrectionOptions();
        var (scale, shift) = (new double[merged.Channels], new double[merged.Channels]);
        for (var channel = 0; channel < scale.Length; channel++)
        {
            var variance = merged.Variance(channel);
            var onlyShift = kind == CorrectionKind.Reshift || (options.SpareConstantUnits && variance < CorrectionOptions.Constant);
            scale[channel] = onlyShift ? 1 : target.Deviation[channel] / Math.Sqrt(variance + options.Epsilon);
            shift[channel] = onlyShift || kind == CorrectionKind.Repair ? target.Mean[channel] - (scale[channel] * merged.Mean[channel]) : 0;
        }
        return new ChannelCorrection([.. scale], [.. shift]);
    }

    /// <summary>
    /// What REPAIR would come to, from the two networks alone: with aligned units of standard deviations s₀, s₁ and correlation ρ the mix has
    /// the variance (1-α)² s₀² + α² s₁² + 2α(1-α) ρ s₀ s₁. Needs no pass through the merged network.
    /// </summary>
    /// <param name="pair">The layer's statistics in both networks.</param>
    /// <param name="alpha">α: the second network's share, from 0 to 1.</param>
    public static ChannelCorrection ClosedForm(ChannelPairStatistics pair, double alpha)
    {
        ArgumentNullException.ThrowIfNull(pair);
        var target = ChannelTarget.Mix([pair.First, pair.Second], [1 - alpha, alpha]);
        var (scale, shift) = (new double[pair.First.Channels], new double[pair.First.Channels]);
        for (var channel = 0; channel < scale.Length; channel++)
        {
            var (one, other) = ((1 - alpha) * pair.First.Deviation(channel), alpha * pair.Second.Deviation(channel));
            var variance = (one * one) + (other * other) + (2 * one * other * pair.Correlation(channel));
            // Units that are constant, or cancel, have nothing that could be scaled.
            scale[channel] = variance < CorrectionOptions.Constant ? 1 : target.Deviation[channel] / Math.Sqrt(variance);
            shift[channel] = target.Mean[channel] * (1 - scale[channel]);
        }
        return new ChannelCorrection([.. scale], [.. shift]);
    }

    /// <summary>Puts the correction into the layer's weights and bias, so that the network keeps its architecture: W × scale, b × scale + shift.</summary>
    /// <param name="type">Their element type.</param>
    /// <param name="weight">The weights, one row for each output channel.</param>
    /// <param name="bias">The bias; empty where the layer has none.</param>
    /// <exception cref="ArgumentException">
    /// The weights are no whole number for each channel, the bias has another length, or there is none and the correction shifts.
    /// </exception>
    public void Fuse(TensorDType type, Span<byte> weight, Span<byte> bias)
    {
        var size = type.SizeInBytes();
        if (weight.Length % (size * Scale.Length) != 0) throw new ArgumentException($"The weights are not those of {Scale.Length} channels.", nameof(weight));
        if (bias.IsEmpty && Shift.Any(s => s != 0)) throw new ArgumentException("The layer has no bias that could take the shift.", nameof(bias));
        if (!bias.IsEmpty && bias.Length != size * Scale.Length) throw new ArgumentException($"The bias has not {Scale.Length} channels.", nameof(bias));

        var row = weight.Length / Scale.Length;
        var wide = new double[row / size];
        for (var channel = 0; channel < Scale.Length; channel++)
        {
            var values = weight.Slice(channel * row, row);
            Elements.Widen(type, values, wide);
            Elements.Narrow(type, wide, Scale[channel], values);
        }
        if (bias.IsEmpty) return;
        wide = new double[Scale.Length];
        Elements.Widen(type, bias, wide);
        TensorPrimitives.MultiplyAdd(wide, Scale.AsSpan(), Shift.AsSpan(), wide);
        Elements.Narrow(type, wide, 1, bias);
    }

    /// <summary>The same in a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weight">The name of the weights.</param>
    /// <param name="bias">The name of the bias; null where the layer has none.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public void Fuse(TensorSet model, string weight, string? bias)
    {
        ArgumentNullException.ThrowIfNull(model);
        Fuse(model.Manifest[weight].DType, model.Bytes(weight), bias is null ? [] : model.Bytes(bias));
    }
}
