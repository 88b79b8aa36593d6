using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>A model that is read by position, from memory or from a file.</summary>
/// <param name="Name">What messages call it, as a rule its file.</param>
/// <param name="Manifest">Its tensors.</param>
/// <param name="Data">Their bytes.</param>
public sealed record StoredModel(string Name, TensorManifest Manifest, ITensorReader Data)
{
    /// <summary>A model in memory.</summary>
    /// <param name="model">The model; not copied.</param>
    /// <param name="name">What messages call it.</param>
    public static StoredModel Of(TensorSet model, string name = "model")
    {
        ArgumentNullException.ThrowIfNull(model);
        return new StoredModel(name, model.Manifest, model);
    }
}
