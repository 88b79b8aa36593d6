using System.Buffers.Binary;
using System.IO.Compression;

namespace Distributed.Node.Data.Idx;

/// <summary>
/// Reads IDX files (the format of MNIST): two zero bytes, the element type, the number of extents, the extents as big-endian 32-bit integers, the items.
/// Whether a file is compressed with gzip is seen by its first two bytes, not by its name.
/// </summary>
internal static class IdxFile
{
    /// <summary>Most bytes of items: 1 GB. Inflating stops there whatever the header claims.</summary>
    public const long MaximumBytes = 1L << 30;

    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file of unsigned bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rank">Number of extents expected: 3 for images, 1 for labels.</param>
    /// <exception cref="InvalidDataException">The file is not such a file; the message names it.</exception>
    public static IdxArray Read(string path, int rank)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var stream = OpenContent(file);
            return Read(stream, path, rank);
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: damaged gzip data ({error.Message})", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path}: cannot be read ({error.Message})", error);
        }
    }

    private static Stream OpenContent(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var read = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        file.Position = 0;
        return read == 2 && magic[0] == 0x1F && magic[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static IdxArray Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * rank)];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < 4 || header[0] != 0 || header[1] != 0)
        {
            var gzip = path.EndsWith(".gz", StringComparison.Ordinal) && stream is FileStream ? "neither compressed with gzip nor an" : "no";
            throw new InvalidDataException($"{path}: is {gzip} IDX file, {(read == 0 ? "it is empty" : $"the first bytes are {Convert.ToHexString(header[..Math.Min(read, 4)])}")}");
        }

        if (header[2] != UnsignedByte || header[3] != rank)
        {
            throw new InvalidDataException(
                $"{path}: is an IDX file of the wrong kind ({Kind(header[2], header[3])}); expected {Kind(UnsignedByte, rank)}");
        }

        if (read < header.Length)
        {
            throw new InvalidDataException($"{path}: is truncated inside its header");
        }

        var extents = new int[rank];
        long length = 1;
        for (var i = 0; i < rank; i++)
        {
            var extent = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            if (extent > MaximumBytes || (length *= extent) > MaximumBytes)
            {
                throw new InvalidDataException($"{path}: its header claims more than the {MaximumBytes} bytes that are accepted");
            }

            extents[i] = (int)extent;
        }

        return new IdxArray(extents, ReadItems(stream, path, length));
    }

    private static string Kind(byte type, int rank) => (type, rank) switch
    {
        (UnsignedByte, 1) => "labels: unsigned bytes with 1 extent",
        (UnsignedByte, 3) => "images: unsigned bytes with 3 extents",
        _ => $"element type 0x{type:X2} with {rank} extents",
    };

    // Grows with what arrives: a header that merely claims a size costs no memory.
    private static byte[] ReadItems(Stream stream, string path, long length)
    {
        var items = new byte[(int)Math.Min(length, 1 << 20)];
        var read = 0;
        while (read < length)
        {
            if (read == items.Length)
            {
                Array.Resize(ref items, (int)Math.Min(length, 2L * items.Length));
            }

            var got = stream.Read(items, read, items.Length - read);
            if (got == 0)
            {
                throw new InvalidDataException($"{path}: is truncated, {read} of {length} bytes of items are there");
            }

            read += got;
        }

        return stream.ReadByte() < 0 ? items : throw new InvalidDataException($"{path}: has more than the {length} bytes of items that its header states");
    }
}
