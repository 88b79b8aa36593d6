using Distributed.Node.Data.Random;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class RandomStreamTests
{
    // Written down once: these numbers are part of every result.
    [Fact]
    public void NextBits_KnownKey_GivesTheDocumentedNumbers()
    {
        var stream = new RandomStream(1, RandomPurpose.BatchOrder, 2, 3, 4);

        Assert.Equal("dd2efb4dd46f1ea8 5cdc42996d0d0e01", string.Join(" ", stream.NextBits().ToString("x16"), stream.NextBits().ToString("x16")));
    }

    [Fact]
    public void Streams_OfNeighbouringKeys_Differ()
    {
        var firsts = new HashSet<ulong>();
        for (var seed = 0; seed < 10; seed++)
        {
            for (var round = 0; round < 100; round++)
            {
                for (var client = 0; client < 100; client++)
                {
                    firsts.Add(new RandomStream(seed, RandomPurpose.BatchOrder, round, client).NextBits());
                }
            }
        }

        Assert.Equal(100_000, firsts.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(1000)]
    public void NextInt_Bound_IsCoveredEvenly(int bound)
    {
        var stream = new RandomStream(7, RandomPurpose.Example);
        var counts = new int[bound];
        for (var i = 0; i < 1000 * bound; i++)
        {
            counts[stream.NextInt(bound)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
    }

    [Fact]
    public void PortableMath_LogAndExp_AgreeWithTheSystem()
    {
        for (var x = 1e-12; x < 1e12; x *= 1.37)
        {
            Assert.Equal(Math.Log(x), PortableMath.Log(x), 1e-13 * Math.Max(1, Math.Abs(Math.Log(x))));
        }

        for (var x = -50.0; x < 50; x += 0.37)
        {
            Assert.Equal(1, PortableMath.Exp(x) / Math.Exp(x), 1e-13);
        }
    }
}
