using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>A model with its floating-point tensors in double precision, to calculate with; what is not floating-point stays as it was.</summary>
internal sealed class WideModel
{
    private WideModel(StoredModel like)
    {
        Manifest = new TensorManifest(like.Manifest.Select(entry => entry.DType.IsFloating()
            ? new TensorEntry(entry.Name, TensorDType.F64, entry.Shape, entry.IsBuffer) : entry));
        Set = new TensorSet(Manifest);
        foreach (var entry in like.Manifest.Where(entry => !entry.DType.IsFloating()))
            like.Data.Read(entry.Offset, new byte[entry.ByteLength]).CopyTo(Set.Bytes(entry.Name));
    }

    public TensorManifest Manifest { get; }

    /// <summary>The tensors.</summary>
    public TensorSet Set { get; }

    /// <summary>A model's numbers.</summary>
    public static WideModel Of(StoredModel model)
    {
        var wide = new WideModel(model);
        wide.Add(1, model);
        return wide;
    }

    /// <summary>Zeros for a model's numbers.</summary>
    public static WideModel Zeros(StoredModel like) => new(like);

    /// <summary>The model, to be read.</summary>
    public StoredModel Stored(string name = "model") => StoredModel.Of(Set, name);

    /// <summary>this += factor × model.</summary>
    public void Add(double factor, StoredModel model)
    {
        foreach (var entry in Manifest.Where(entry => entry.DType.IsFloating()))
        {
            var stored = model.Manifest[entry.Name];
            Elements.AddScaled(stored.DType, model.Data.Read(stored.Offset, new byte[stored.ByteLength]), factor, Set.Values<double>(entry.Name));
        }
    }

    /// <summary>this × factor.</summary>
    public void Scale(double factor)
    {
        foreach (var entry in Manifest.Where(entry => entry.DType.IsFloating()))
        {
            var values = Set.Values<double>(entry.Name);
            TensorPrimitives.Multiply(values, factor, values);
        }
    }

    /// <summary>Σ (this - other)² over trained tensors, and over all where asked for.</summary>
    public double SquaredDistance(TensorSet other, bool withBuffers)
    {
        var sum = 0.0;
        foreach (var entry in Manifest.Where(entry => entry.DType.IsFloating() && (withBuffers || !entry.IsBuffer)))
            sum += Reductions.SquaredDistance<double>(Set.Values<double>(entry.Name), other.Values<double>(entry.Name));
        return sum;
    }

    /// <summary>The model in the types of another's manifest, which has the same tensors.</summary>
    public TensorSet In(TensorManifest types)
    {
        var set = new TensorSet(types);
        foreach (var entry in types)
        {
            if (entry.DType.IsFloating()) Elements.Narrow(entry.DType, Set.Values<double>(entry.Name), 1, set.Bytes(entry.Name));
            else Set.Bytes(entry.Name).CopyTo(set.Bytes(entry.Name));
        }
        return set;
    }
}
