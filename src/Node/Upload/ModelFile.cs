using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Identities;

namespace Distributed.Node.Upload;

/// <summary>A safetensors file in memory.</summary>
/// <param name="Bytes">The whole file.</param>
/// <param name="Hash">Its SHA-256.</param>
/// <param name="Header">What its header says.</param>
internal sealed record ModelFile(byte[] Bytes, ContentHash Hash, SafetensorsHeader Header)
{
    /// <summary>The tensors' bytes.</summary>
    public ReadOnlySpan<byte> Data => Bytes.AsSpan((int)Header.DataOffset);

    /// <summary>Reads the header of a complete file.</summary>
    /// <exception cref="SafetensorsException">The bytes are no safetensors file.</exception>
    public static ModelFile Of(byte[] bytes, ContentHash hash)
    {
        var length = Safetensors.ReadHeaderLength(bytes.AsSpan(0, Math.Min(bytes.Length, Safetensors.PrefixBytes + 1)));
        if (bytes.Length - Safetensors.PrefixBytes < length)
        {
            throw new SafetensorsException(SafetensorsProblem.Truncated, $"The file ends before its header of {length} bytes does.");
        }

        var dataOffset = Safetensors.PrefixBytes + length;
        return new ModelFile(bytes, hash, Safetensors.ParseHeader(bytes.AsSpan(Safetensors.PrefixBytes, length), bytes.Length - dataOffset));
    }
}
