using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging.Methods;

/// <summary>Parameters of the exponential moving average over models in their order, the last being the newest: m ← d m + (1 - d) w.</summary>
public sealed record EmaParameters : MergerParameters
{
    /// <summary>d: the share that the past keeps at each step.</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Decay { get; init; } = 0.9;

    /// <summary>Whether the average starts at 0 and is divided by what its weights sum to, rather than starting at the first model.</summary>
    /// <value>False.</value>
    public bool BiasCorrection { get; init; }

    /// <summary>Whether d is smaller at first: the smaller of d and (1 + t) / (10 + t) in step t, from 1.</summary>
    /// <value>False.</value>
    public bool WarmUp { get; init; }
}

internal sealed class Ema(EmaParameters parameters) : TensorMerger
{
    protected override void Merge(TensorSweep tensor)
    {
        var models = tensor.Models;
        tensor.Write((piece, merged) =>
        {
            var first = 0;
            if (parameters.BiasCorrection) merged.Clear();
            else piece.Source(first++).CopyTo(merged);
            var (step, past) = (1, 1.0);
            for (var k = first; k < models; k++)
            {
                var decay = parameters.WarmUp ? Math.Min(parameters.Decay, (1.0 + step) / (10 + step)) : parameters.Decay;
                Slerp.Mix(merged, decay, piece.Source(k), 1 - decay, merged);
                past *= decay;
                step++;
            }
            if (parameters.BiasCorrection) TensorPrimitives.Divide(merged, 1 - past, merged);
        });
    }
}
