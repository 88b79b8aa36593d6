namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>
/// A network as a correction sees it: layers in the order in which data passes them, each with pre-activations that can be measured over
/// calibration data and mapped. Calibration data is training data without augmentation, thousands of samples.
/// </summary>
public interface ICorrectableNetwork
{
    /// <summary>Number of layers that are corrected. The last layer, which gives the outputs, is none of them.</summary>
    int LayerCount { get; }

    /// <summary>Whether it has BatchNorm.</summary>
    bool HasBatchNorm { get; }

    /// <summary>A layer's statistics over all calibration data, with the weights as they are now.</summary>
    /// <param name="layer">The layer, from 0.</param>
    ChannelStatistics Measure(int layer);

    /// <summary>Maps a layer's pre-activations from now on, as a rule by <see cref="ChannelCorrection.Fuse(Tensors.TensorDType, Span{byte}, Span{byte})"/>.</summary>
    /// <param name="layer">The layer, from 0.</param>
    /// <param name="correction">The map.</param>
    void Correct(int layer, ChannelCorrection correction);

    /// <summary>
    /// Estimates the running mean and variance of all BatchNorm layers anew over the calibration data (<see cref="BatchNormEstimate"/>), with the
    /// weights as they are now; does nothing where there is none.
    /// </summary>
    void Reset();

    /// <summary>All layers' statistics; a network that can do so measures them in one pass.</summary>
    IReadOnlyList<ChannelStatistics> MeasureAll() => [.. Enumerable.Range(0, LayerCount).Select(Measure)];
}
