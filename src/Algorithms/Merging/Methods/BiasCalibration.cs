using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>
/// Parameters of interpolation with calibrated ("homogeneous") biases: weights (1 - t) w₀ + t w₁, the bias of the l-th layer with weights
/// (1 - t)^l b₀ + t^l b₁, since the signal that reaches it was mixed l times. Needs no data. Layers count in the order of the first model.
/// </summary>
public sealed record BiasCalibrationParameters : MergerParameters
{
    /// <summary>Where between the models: 0 is the first, 1 the second.</summary>
    /// <value>0.5.</value>
    [Range(0.0, 1.0)]
    public double T { get; init; } = 0.5;
}

internal sealed class BiasCalibration(BiasCalibrationParameters parameters) : TensorMerger
{
    protected override void Merge(TensorSweep tensor)
    {
        var (one, other) = Shares(parameters.T, tensor.Planned.IsLayerBias ? tensor.Planned.Layer : 1);
        tensor.Write((piece, merged) => Slerp.Mix(piece.Source(0), one, piece.Source(1), other, merged));
    }

    /// <summary>What both biases of a layer are multiplied with.</summary>
    /// <param name="t">Where between the models.</param>
    /// <param name="layer">Number of layers with weights up to this one, itself included.</param>
    internal static (double One, double Other) Shares(double t, int layer) => (Math.Pow(1 - t, layer), Math.Pow(t, layer));
}
