namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>A place where a permutation acts.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Axis">The axis, from 0.</param>
/// <param name="Entry">Which of the axis' entries, from 0.</param>
public sealed record AxisUse(TensorAxes Tensor, int Axis, int Entry)
{
    /// <summary>How it acts there.</summary>
    public AxisEntry How => Tensor.Axes[Axis][Entry];
}
