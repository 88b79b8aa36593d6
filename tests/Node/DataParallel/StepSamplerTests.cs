using Distributed.Node.DataParallel;
using Xunit;

namespace Distributed.Node.Tests.DataParallel;

public sealed class StepSamplerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void Shares_OfAnyNumberOfRanks_AreTheSameOrder(int ranks)
    {
        var whole = Enumerable.Range(0, 20).SelectMany(step => new StepSampler(3, 50, 7).Share(step, 0, 1));
        var shares = Enumerable.Range(0, 20).SelectMany(step => Enumerable.Range(0, ranks).SelectMany(rank => new StepSampler(3, 50, 7).Share(step, rank, ranks)));

        Assert.Equal(whole, shares);
    }

    [Fact]
    public void Epochs_HoldEveryExampleOnce_InAnotherOrder()
    {
        var sampler = new StepSampler(3, 50, 10);
        var order = Enumerable.Range(0, 10).SelectMany(step => sampler.Share(step, 0, 1)).ToArray();

        Assert.Equal(Enumerable.Range(0, 50).Select(index => (long)index), order[..50].Order());
        Assert.Equal(order[..50].Order(), order[50..].Order());
        Assert.NotEqual(order[..50], order[50..]);
    }
}
