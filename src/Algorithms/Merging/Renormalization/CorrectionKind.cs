using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Merging.Renormalization;

/// <summary>How a merged network's pre-activations are brought back to those of the networks that it was made of.</summary>
public enum CorrectionKind
{
    /// <summary>BatchNorm's running statistics are estimated anew; its scale and shift stay the merged ones.</summary>
    Reset,
    /// <summary>Mean and standard deviation become the targets (Jordan et al. 2023).</summary>
    Repair,
    /// <summary>The standard deviation becomes the target; the mean is scaled along.</summary>
    Rescale,
    /// <summary>The mean becomes the target.</summary>
    Reshift,
}

/// <summary>What corrections can be told.</summary>
public sealed record CorrectionOptions
{
    /// <summary>Added to a variance before its root is divided by.</summary>
    /// <value>1e-5.</value>
    [Range(0.0, 1.0)]
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>
    /// Whether a unit that hardly varies any more (variance below <see cref="Constant"/>) is only shifted to its target. Otherwise it gets a
    /// scale of about target / √epsilon, which blows up whatever little it does on other data.
    /// </summary>
    /// <value>True.</value>
    public bool SpareConstantUnits { get; init; } = true;

    /// <summary>The variance below which a unit counts as constant.</summary>
    internal const double Constant = 1e-12;
}
