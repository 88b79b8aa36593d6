using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>A tuned model as what it adds to its base, ready to be written: <c>Safetensors.Write(stream, Manifest, Data, Metadata)</c>.</summary>
public sealed class ResidualEncoding
{
    internal ResidualEncoding(IEnumerable<string> problems) => Problems = [.. problems];

    internal ResidualEncoding(
        TensorManifest manifest, ITensorReader data, ImmutableDictionary<string, string> metadata, ImmutableArray<ResidualLayer> layers)
    {
        Manifest = manifest;
        Data = data;
        Metadata = metadata;
        Layers = layers;
    }

    /// <summary>What is in the way, a sentence each; nothing else is set when there is anything.</summary>
    public ImmutableArray<string> Problems { get; } = [];

    /// <summary>The stored tensors.</summary>
    public TensorManifest Manifest { get; } = new([]);

    /// <summary>Their bytes; those of tensors stored as they are are read from the tuned model, which must stay open.</summary>
    public ITensorReader Data { get; } = new PieceReader([]);

    /// <summary>What decoding needs to know; goes into the file's header.</summary>
    public ImmutableDictionary<string, string> Metadata { get; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>How each tensor of the tuned model is stored.</summary>
    public ImmutableArray<ResidualLayer> Layers { get; } = [];
}
