using System.Buffers;
using Distributed.Coordinator.Ingress;
using Xunit;

namespace Distributed.Coordinator.Tests.Ingress;

public sealed class ReceiveBlocksTests
{
    private readonly MemoryPool<byte> _pool = new ReceiveBlocks().Create();

    [Fact]
    public void Rent_ASmallSize_GivesAWholeBlock()
    {
        using var block = _pool.Rent(100);
        Assert.Equal(ReceiveBlocks.BlockBytes, block.Memory.Length);
    }

    [Fact]
    public void Rent_MoreThanABlock_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => _pool.Rent(ReceiveBlocks.BlockBytes + 1));

    [Fact]
    public void Dispose_Twice_LendsTheBlockToOneOnly()
    {
        var block = _pool.Rent();
        block.Dispose();
        block.Dispose();
        IMemoryOwner<byte>[] lent = [.. Enumerable.Range(0, 1000).Select(_ => _pool.Rent())];
        Assert.Equal(lent.Length, lent.Distinct().Count());
        foreach (var one in lent)
            one.Dispose();
    }

    [Fact]
    public void Dispose_OfThePool_LeavesItUsable()
    {
        _pool.Dispose();
        using var block = _pool.Rent();
        Assert.Equal(ReceiveBlocks.BlockBytes, block.Memory.Length);
    }
}
