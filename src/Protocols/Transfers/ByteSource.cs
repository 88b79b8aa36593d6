using Microsoft.Win32.SafeHandles;

namespace Distributed.Protocols.Transfers;

/// <summary>Bytes that can be read by position: a file's or a buffer's. Reading goes straight into the wire's buffer.</summary>
public abstract class ByteSource
{
    /// <summary>Number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="EndOfStreamException">The source is shorter than that.</exception>
    public abstract void Read(long offset, Span<byte> destination);

    /// <summary>A buffer in memory; it must not change until it has been sent.</summary>
    public static ByteSource FromMemory(ReadOnlyMemory<byte> memory) => new MemorySource(memory);

    /// <summary>An open file; the caller keeps it open until it has been sent.</summary>
    public static ByteSource FromFile(SafeFileHandle file) => new FileSource(file);

    private sealed class MemorySource(ReadOnlyMemory<byte> memory) : ByteSource
    {
        public override long Length => memory.Length;

        public override void Read(long offset, Span<byte> destination) =>
            memory.Span.Slice(checked((int)offset), destination.Length).CopyTo(destination);
    }

    private sealed class FileSource(SafeFileHandle file) : ByteSource
    {
        public override long Length { get; } = RandomAccess.GetLength(file);

        public override void Read(long offset, Span<byte> destination)
        {
            while (destination.Length > 0)
            {
                var read = RandomAccess.Read(file, destination, offset);
                if (read == 0)
                {
                    throw new EndOfStreamException($"The file ends at byte {offset}, {destination.Length} bytes short.");
                }

                offset += read;
                destination = destination[read..];
            }
        }
    }
}
