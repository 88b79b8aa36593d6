using System.Buffers;

namespace Distributed.Protocols.Transfers;

/// <summary>A chunk that arrived, in a rented buffer.</summary>
public sealed class ReceivedChunk : IDisposable
{
    private readonly int length;
    private byte[]? buffer;

    internal ReceivedChunk(byte[] rented, int length, long offset, uint crc32C)
    {
        buffer = rented;
        this.length = length;
        Offset = offset;
        Crc32C = crc32C;
    }

    /// <summary>Position of the first byte in the file.</summary>
    public long Offset { get; }

    /// <summary>The bytes; gone after <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Data => buffer.AsMemory(0, length);

    /// <summary>The checksum as declared by the sender.</summary>
    public uint Crc32C { get; }

    /// <summary>Whether the bytes match the declared checksum.</summary>
    public bool IsIntact() => Transfers.Crc32C.Of(Data.Span) == Crc32C;

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
