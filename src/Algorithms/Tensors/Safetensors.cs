using System.Buffers;
using System.Buffers.Binary;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// The one byte format of wire, spool, checkpoint and export: 8 bytes of header length (little-endian), a JSON header, then the tensors'
/// bytes without gaps. Readers trust nothing and allocate nothing that an unchecked length asks for; writers stream.
/// </summary>
public static class Safetensors
{
    /// <summary>Bytes in front of the JSON header: its length.</summary>
    public const int PrefixBytes = 8;

    /// <summary>The longest JSON header accepted: 16 MiB.</summary>
    public const int MaxHeaderBytes = 16 << 20;

    /// <summary>The most tensors accepted in one file.</summary>
    public const int MaxTensors = 100_000;

    /// <summary>The longest tensor name accepted, in UTF-16 units.</summary>
    public const int MaxNameLength = 512;

    /// <summary>The key of the header's metadata that lists the buffers, as a JSON array of names.</summary>
    public const string BuffersKey = "distributed.buffers";

    private const int CopyBytes = 1 << 20;
    private const int HeaderPieceBytes = 1 << 16;

    /// <summary>Reads the length of the JSON header off the first bytes of a file.</summary>
    /// <param name="start">The first bytes: at least <see cref="PrefixBytes"/>, one more tells a pickle apart.</param>
    /// <returns>The length, at most <see cref="MaxHeaderBytes"/>.</returns>
    /// <exception cref="SafetensorsException">The bytes are too few, too long a header, or the start of another format.</exception>
    public static int ReadHeaderLength(ReadOnlySpan<byte> start)
    {
        ForeignFormats.Refuse(start);
        if (start.Length < PrefixBytes)
            throw new SafetensorsException(SafetensorsProblem.NotSafetensors, $"{start.Length} bytes are too few for a safetensors file.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > MaxHeaderBytes)
            throw new SafetensorsException(SafetensorsProblem.HeaderTooLarge,
                $"The header claims {length} bytes, the most accepted is {MaxHeaderBytes}; the file is damaged or no safetensors file.");
        if (length < 2 || (start.Length > PrefixBytes && start[PrefixBytes] != (byte)'{'))
            throw new SafetensorsException(SafetensorsProblem.NotSafetensors,
                "No JSON header follows the length; this is no safetensors file.");
        return (int)length;
    }

    /// <summary>Parses the JSON header.</summary>
    /// <param name="json">The header without its length, padding included.</param>
    /// <param name="dataBytes">How many bytes of data follow; null when that is not known yet.</param>
    /// <exception cref="SafetensorsException">The header is not what the format asks for.</exception>
    public static SafetensorsHeader ParseHeader(ReadOnlySpan<byte> json, long? dataBytes = null)
    {
        var header = SafetensorsHeaderParser.Parse(json);
        if (dataBytes is { } bytes && bytes != header.Manifest.ByteLength)
            throw new SafetensorsException(SafetensorsProblem.Length,
                $"The tensors need {header.Manifest.ByteLength} bytes, the file has {bytes}.");
        return header;
    }

    /// <summary>Reads the header from a stream and leaves the stream at the first byte of data.</summary>
    /// <param name="source">The stream, at the start of the file.</param>
    /// <param name="fileLength">Length of the whole file in bytes; null when that is not known.</param>
    /// <exception cref="SafetensorsException">The header is not what the format asks for.</exception>
    public static SafetensorsHeader ReadHeader(Stream source, long? fileLength = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        Span<byte> start = stackalloc byte[PrefixBytes + 1];
        var read = source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var length = ReadHeaderLength(start[..read]);
        if (read < start.Length || fileLength - PrefixBytes < length) throw Truncated(length);

        // A header that was merely claimed costs no more memory than its sender sent, rounded up.
        var json = new ArrayBufferWriter<byte>(Math.Min(length, HeaderPieceBytes));
        json.Write(start[PrefixBytes..]);
        while (json.WrittenCount < length)
        {
            var room = json.GetSpan(Math.Min(length - json.WrittenCount, HeaderPieceBytes));
            var got = source.Read(room[..Math.Min(room.Length, length - json.WrittenCount)]);
            if (got == 0) throw Truncated(length);
            json.Advance(got);
        }
        return ParseHeader(json.WrittenSpan, fileLength - PrefixBytes - length);
    }

    /// <summary>Reads a whole model into memory.</summary>
    /// <param name="source">A stream that knows its length, at the start of the file, which ends where the stream ends.</param>
    /// <exception cref="SafetensorsException">The bytes are not a safetensors file, or the model exceeds 2 GB.</exception>
    /// <exception cref="ArgumentException">The stream does not know its length, so that nothing bounds the memory asked for.</exception>
    public static TensorSet Load(Stream source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.CanSeek) throw new ArgumentException("The stream must know its length.", nameof(source));
        var header = ReadHeader(source, source.Length - source.Position);
        if (header.Manifest.ByteLength > Array.MaxLength)
            throw new SafetensorsException(SafetensorsProblem.Length, "The model is too large to be held in one piece of memory (2 GB).");
        var set = new TensorSet(header.Manifest);
        source.ReadExactly(set.Data.Span);
        return set;
    }

    /// <summary>
    /// Builds length and JSON header, padded with spaces so that the data starts at a multiple of 8 bytes. Same input, same bytes.
    /// </summary>
    /// <param name="manifest">The tensors, written in their order.</param>
    /// <param name="metadata">Free strings to carry along; keys in ordinal order.</param>
    /// <exception cref="ArgumentException">The header would be longer than any reader accepts, or the metadata uses a reserved
    /// key.</exception>
    public static byte[] BuildHeader(TensorManifest manifest, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsHeaderBuilder.Build(manifest, metadata);

    /// <summary>Writes a whole file, in pieces.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="manifest">The tensors.</param>
    /// <param name="data">Their bytes.</param>
    /// <param name="metadata">Free strings to carry along.</param>
    public static void Write(
        Stream destination, TensorManifest manifest, ITensorReader data, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(data);
        destination.Write(BuildHeader(manifest, metadata));
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            for (long at = 0; at < manifest.ByteLength; at += CopyBytes)
            {
                var piece = (int)Math.Min(CopyBytes, manifest.ByteLength - at);
                destination.Write(data.Read(at, buffer.AsSpan(0, piece)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a model that lies in memory.</summary>
    /// <param name="destination">Where it goes.</param>
    /// <param name="model">The model.</param>
    /// <param name="metadata">Free strings to carry along.</param>
    public static void Write(Stream destination, TensorSet model, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Write(destination, model.Manifest, model, metadata);
    }

    private static SafetensorsException Truncated(long length) =>
        new(SafetensorsProblem.Truncated, $"The file ends before its header of {length} bytes does.");
}
