using System.Buffers.Binary;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class BlockChecksumsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(SpoolHeader.BlockBytes)]
    [InlineData(70_000)]
    public void Append_PiecesOfAnySize_GivesTheirChecksumsAndTheBlocks(int pieceBytes)
    {
        var data = new byte[(3 * SpoolHeader.BlockBytes) + 5];
        new Random(pieceBytes).NextBytes(data);
        var checksums = new BlockChecksums(data.Length);
        for (var at = 0; at < data.Length; at += pieceBytes)
        {
            var piece = data.AsSpan(at, Math.Min(pieceBytes, data.Length - at));
            Assert.Equal(Crc32C.Of(piece), checksums.Append(piece));
        }

        var footer = checksums.ToFooter();
        Assert.Equal(SpoolHeader.FooterBytes(data.Length), footer.Length);
        Assert.Equal(Crc32C.Of(data.AsSpan(SpoolHeader.BlockBytes, SpoolHeader.BlockBytes)), BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(4)));
        Assert.Equal(Crc32C.Of(data.AsSpan(^5..)), BinaryPrimitives.ReadUInt32LittleEndian(footer.AsSpan(12)));
    }
}
