using System.Collections.Immutable;

namespace Distributed.Algorithms.Tensors;

/// <summary>What the header of a safetensors file says.</summary>
/// <param name="Manifest">The tensors; the ones that the metadata lists as buffers are marked.</param>
/// <param name="Metadata">The free strings of the header, without the list of buffers.</param>
/// <param name="DataOffset">Where the data begins in the file, in bytes.</param>
public sealed record SafetensorsHeader(TensorManifest Manifest, ImmutableDictionary<string, string> Metadata, long DataOffset)
{
    /// <summary>Length of the whole file in bytes.</summary>
    public long FileLength => DataOffset + Manifest.ByteLength;
}
