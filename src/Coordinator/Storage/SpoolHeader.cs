using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The first bytes of a spool file: whose update it is, in a fixed size, with a checksum. Behind it the safetensors bytes, then one CRC-32C for each block of
/// <see cref="BlockBytes"/>, then the CRC-32C of those; little-endian throughout. A partial file ends where its bytes end.
/// </summary>
internal static class SpoolHeader
{
    /// <summary>Size of the header; the safetensors bytes begin here.</summary>
    public const int Bytes = 512;

    /// <summary>
    /// Bytes under one checksum: small, because a reader of any piece must read whole blocks, yet large enough that the table is 1/4096 of the data.
    /// </summary>
    public const int BlockBytes = 16 * 1024;

    private const int ChecksumAt = Bytes - sizeof(uint);
    private static readonly byte[] Magic = "DSPOOL01"u8.ToArray();

    /// <summary>Number of blocks in an update.</summary>
    public static int BlockCount(long sizeBytes) => checked((int)((sizeBytes + BlockBytes - 1) / BlockBytes));

    /// <summary>Size of the table behind the data, its own checksum included.</summary>
    public static int FooterBytes(long sizeBytes) => checked((BlockCount(sizeBytes) + 1) * sizeof(uint));

    /// <summary>Length of a complete file.</summary>
    public static long FileBytes(long sizeBytes) => Bytes + sizeBytes + FooterBytes(sizeBytes);

    /// <summary>The header of an update.</summary>
    public static byte[] Write(SpooledUpdate update)
    {
        var header = new byte[Bytes];
        using (var writer = new BinaryWriter(new MemoryStream(header), Encoding.ASCII))
        {
            writer.Write(Magic);
            writer.Write(update.Id.RunId);
            writer.Write(update.Id.Round);
            writer.Write(update.Id.Client);
            writer.Write(update.Id.BaseVersion);
            writer.Write(update.Hash.ToBytes());
            writer.Write(update.SizeBytes);
            writer.Write(update.Node);
            writer.Write(update.Weight);
            writer.Write(update.Examples);
            writer.Write(update.TrainLoss);
            writer.Write(update.TrainSeconds);
            writer.Write((byte)update.Metrics.Count);
            foreach (var (name, value) in update.Metrics)
            {
                writer.Write(name);
                writer.Write(value);
            }
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumAt), Crc32C.Of(header.AsSpan(0, ChecksumAt)));
        return header;
    }

    /// <summary>Reads a header back; null when it is damaged or of something else.</summary>
    public static SpooledUpdate? Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < Bytes
            || !header.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[ChecksumAt..]) != Crc32C.Of(header[..ChecksumAt]))
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(header[Magic.Length..ChecksumAt].ToArray()), Encoding.ASCII);
        var id = new UpdateId(reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64());
        return new SpooledUpdate(
            id,
            ContentHash.FromBytes(reader.ReadBytes(ContentHash.SizeBytes)),
            SizeBytes: reader.ReadInt64(),
            Node: reader.ReadString(),
            Weight: reader.ReadDouble(),
            Examples: reader.ReadInt64(),
            TrainLoss: reader.ReadDouble(),
            TrainSeconds: reader.ReadDouble())
        {
            Metrics = ReadMetrics(reader),
        };
    }

    private static ImmutableSortedDictionary<string, double> ReadMetrics(BinaryReader reader)
    {
        var metrics = UpdateMetrics.None;
        for (var left = reader.ReadByte(); left > 0; left--)
        {
            metrics = metrics.Add(reader.ReadString(), reader.ReadDouble());
        }

        return metrics;
    }
}
