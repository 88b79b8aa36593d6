using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>A committed model as tensors: what an aggregation refers to and what updates are compared with.</summary>
internal sealed class CheckpointReader : ITensorReader, IDisposable
{
    private readonly SafeFileHandle file;

    private CheckpointReader(SafeFileHandle file, ModelVersion version, byte[] headerBytes)
    {
        (this.file, Version, HeaderBytes) = (file, version, headerBytes);
        Header = Safetensors.ParseHeader(headerBytes.AsSpan(Safetensors.PrefixBytes), version.SizeBytes - headerBytes.Length);
    }

    /// <summary>The version's manifest.</summary>
    public ModelVersion Version { get; }

    /// <summary>The whole file, for sending.</summary>
    public ByteSource Source => ByteSource.FromFile(file);

    /// <summary>What the header says.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>The header as it stands in the file, length and padding included: the next version begins with the same.</summary>
    public ReadOnlyMemory<byte> HeaderBytes { get; }

    /// <summary>Takes over an open model file.</summary>
    /// <exception cref="SafetensorsException">It does not begin with a header.</exception>
    /// <exception cref="EndOfStreamException">It is cut short.</exception>
    public static CheckpointReader Over(SafeFileHandle file, ModelVersion version)
    {
        Span<byte> prefix = stackalloc byte[Safetensors.PrefixBytes];
        FileBytes.ReadExactly(file, prefix, 0);
        var header = new byte[Safetensors.PrefixBytes + Safetensors.ReadHeaderLength(prefix)];
        FileBytes.ReadExactly(file, header, 0);
        return new CheckpointReader(file, version, header);
    }

    /// <inheritdoc />
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        FileBytes.ReadExactly(file, buffer, Header.DataOffset + offset);
        return buffer;
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();
}
