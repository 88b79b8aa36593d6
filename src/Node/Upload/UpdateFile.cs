using Distributed.Algorithms.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Node.Upload;

/// <summary>A downloaded update on this machine's disk, read by position from any thread: an aggregation's memory does not grow with the clients.</summary>
internal sealed class UpdateFile : ITensorReader, IDisposable
{
    private readonly SafeFileHandle file;

    private UpdateFile(SafeFileHandle file, SafetensorsHeader header) => (this.file, Header) = (file, header);

    /// <summary>What its header says.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Takes a complete file over.</summary>
    /// <exception cref="SafetensorsException">The bytes are no safetensors file.</exception>
    public static UpdateFile Over(SafeFileHandle file)
    {
        var size = RandomAccess.GetLength(file);
        var prefix = new byte[Math.Min(size, Safetensors.PrefixBytes + 1)];
        ReadExactly(file, prefix, 0);
        var length = Safetensors.ReadHeaderLength(prefix);
        if (size - Safetensors.PrefixBytes < length)
        {
            throw new SafetensorsException(SafetensorsProblem.Truncated, $"The file ends before its header of {length} bytes does.");
        }

        var json = new byte[length];
        ReadExactly(file, json, Safetensors.PrefixBytes);
        return new UpdateFile(file, Safetensors.ParseHeader(json, size - Safetensors.PrefixBytes - length));
    }

    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        ReadExactly(file, buffer, Header.DataOffset + offset);
        return buffer;
    }

    public void Dispose() => file.Dispose();

    private static void ReadExactly(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            var read = RandomAccess.Read(file, buffer, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"A downloaded update ends at byte {offset}.");
            }

            buffer = buffer[read..];
            offset += read;
        }
    }
}
