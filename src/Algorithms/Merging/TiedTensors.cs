using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>
/// Tensors that one model stores twice and another one once: a head that shares the embedding's weights. Known by content: where the tensor is stored, a second
/// one equals it, which the other model has.
/// </summary>
/// <param name="sources">All models.</param>
internal sealed class TiedTensors(IReadOnlyList<MergeSource> sources)
{
    // Models tie a head or two; where more is missing they are different models, and comparing everything with everything would take long.
    private const int MostLookedFor = 16;

    private int _lookedFor;

    /// <summary>What stands for a matrix that a model leaves out; null when nothing does.</summary>
    public TensorEntry? Find(string name, MergeSource lacking)
    {
        var stored = sources.Where(s => s.Manifest.TryFind(name, out _)).Select(s => new SourceTensor(s, s.Manifest[name])).ToArray();
        var entry = stored[0].Entry;
        if (entry.Shape.Length < 2 || entry.DType.IsPacked() || ++_lookedFor > MostLookedFor || TensorBytes.IsConstant(stored[0])) return null;
        return lacking.Manifest.FirstOrDefault(twin =>
            twin.DType.IsFloating() == entry.DType.IsFloating() && twin.Shape.AsSpan().SequenceEqual(entry.Shape.AsSpan())
            && stored.All(s => s.Model.Manifest.TryFind(twin.Name, out var other) && TensorBytes.AreEqual(s, s with { Entry = other })));
    }
}
