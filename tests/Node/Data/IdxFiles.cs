using System.Buffers.Binary;
using System.IO.Compression;

namespace Distributed.Node.Tests.Data;

/// <summary>A folder of IDX files made for one test.</summary>
internal sealed class IdxFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("idx-").FullName;

    /// <summary>Images of one pixel value, and labels.</summary>
    public static (byte[] Images, byte[] Labels) Pair(int count, int side = 4, Func<int, byte>? label = null) => (
        Idx([count, side, side], Enumerable.Range(0, count * side * side).Select(i => (byte)i)),
        Idx([count], Enumerable.Range(0, count).Select(i => label?.Invoke(i) ?? (byte)(i % 10))));

    public static byte[] Idx(uint[] extents, IEnumerable<byte> items, byte type = 8)
    {
        var header = new byte[4 + (4 * extents.Length)];
        (header[2], header[3]) = (type, (byte)extents.Length);
        for (var i = 0; i < extents.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + (4 * i)), extents[i]);
        }

        return [.. header, .. items];
    }

    public static byte[] Idx(int[] extents, IEnumerable<byte> items) => Idx(Array.ConvertAll(extents, extent => (uint)extent), items);

    public static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    public IdxFiles With(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        return this;
    }

    public IdxFiles WithPair(string prefix, byte[] images, byte[] labels) =>
        With(prefix + "-images-idx3-ubyte", images).With(prefix + "-labels-idx1-ubyte", labels);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
