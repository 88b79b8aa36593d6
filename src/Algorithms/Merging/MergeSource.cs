using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>A model that goes into a merge.</summary>
public sealed record MergeSource
{
    /// <summary>Describes a model.</summary>
    /// <param name="name">What messages call it, as a rule its file.</param>
    /// <param name="manifest">Its tensors.</param>
    /// <param name="data">Their bytes.</param>
    public MergeSource(string name, TensorManifest manifest, ITensorReader data)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(data);
        Name = name;
        Manifest = manifest;
        Data = data;
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>Its tensors.</summary>
    public TensorManifest Manifest { get; }

    /// <summary>Their bytes.</summary>
    public ITensorReader Data { get; }

    /// <summary>Its weight, for mergers that take one (<see cref="MergerEntry.TakesWeights"/>); may be negative, must be finite.</summary>
    /// <value>1.</value>
    public double Weight { get; init; } = 1;

    /// <summary>
    /// How much each of its numbers matters, at least 0, in tensors of the same names and shapes: the diagonal of the Fisher matrix (mean
    /// squared gradient of the log-likelihood). For mergers that use it; null otherwise.
    /// </summary>
    public MergeSource? Importance { get; init; }
}
