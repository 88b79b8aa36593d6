using System.Buffers.Binary;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The CRC-32C of each block of a file, taken while its pieces pass. The same pass gives each piece's own checksum, put together from those of its parts, so
/// that the check of the wire and the check of the disk cost one reading.
/// </summary>
internal sealed class BlockChecksums(long sizeBytes)
{
    private static readonly uint BlockShift = Crc32C.Shift(SpoolHeader.BlockBytes);

    private readonly List<uint> blocks = new(Math.Min(SpoolHeader.BlockCount(sizeBytes), 1024));
    private uint open;
    private int openBytes;

    /// <summary>Takes the next bytes.</summary>
    /// <returns>Their own CRC-32C.</returns>
    public uint Append(ReadOnlySpan<byte> data)
    {
        uint whole = 0;
        while (data.Length > 0)
        {
            var piece = data[..Math.Min(data.Length, SpoolHeader.BlockBytes - openBytes)];
            var crc = Crc32C.Of(piece);
            var shift = piece.Length == SpoolHeader.BlockBytes ? BlockShift : Crc32C.Shift(piece.Length);
            whole = Crc32C.Combine(whole, crc, shift);
            open = Crc32C.Combine(open, crc, shift);
            openBytes += piece.Length;
            if (openBytes == SpoolHeader.BlockBytes)
            {
                CloseBlock();
            }

            data = data[piece.Length..];
        }

        return whole;
    }

    /// <summary>The table as it stands in the file: all blocks' checksums and that of the table.</summary>
    public byte[] ToFooter()
    {
        if (openBytes > 0)
        {
            CloseBlock();
        }

        var footer = new byte[(blocks.Count + 1) * sizeof(uint)];
        for (var i = 0; i < blocks.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(footer.AsSpan(i * sizeof(uint)), blocks[i]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(footer.AsSpan(blocks.Count * sizeof(uint)), Crc32C.Of(footer.AsSpan(0, blocks.Count * sizeof(uint))));
        return footer;
    }

    private void CloseBlock()
    {
        blocks.Add(open);
        (open, openBytes) = (0, 0);
    }
}
