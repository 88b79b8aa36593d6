using Distributed.Algorithms.Merging;
using Xunit;

namespace Distributed.Algorithms.Tests.Merging;

public class CounterRandomTests
{
    private const int Draws = 100_000;

    [Fact]
    public void At_ManyElements_IsUniform()
    {
        var seed = Seeds.Next();
        var random = new CounterRandom(seed, 1, "layer.weight");
        var tenths = new int[10];
        for (var i = 0; i < Draws; i++) tenths[(int)(10 * random.At(i))]++;
        // Six standard deviations.
        Assert.All(tenths, n => Assert.True(Math.Abs(n - (Draws / 10)) < 6 * Math.Sqrt(Draws * 0.09), $"seed {seed}: {n}"));
    }

    [Theory]
    [InlineData(1, 0, "a")]
    [InlineData(0, 1, "a")]
    [InlineData(0, 0, "b")]
    [InlineData(0, 0, "aa")]
    [InlineData(-1, 0, "a")]
    public void At_AnyPartOfTheKey_MakesAnotherStream(long seed, int model, string tensor)
    {
        var (one, other) = (new CounterRandom(0, 0, "a"), new CounterRandom(seed, model, tensor));
        var both = Enumerable.Range(0, Draws).Count(i => one.At(i) < 0.5 && other.At(i) < 0.5);
        Assert.True(Math.Abs(both - (Draws / 4)) < 6 * Math.Sqrt(Draws * 0.1875), $"{both}");
    }

    [Fact]
    public void At_KnownKey_GivesTheSameNumberForever()
    {
        // Models in use were merged with these; another generator would merge them differently.
        var random = new CounterRandom(42, 1, "fc1.weight");
        Assert.Equal([0.9110150292108252, 0.8779684649304055], [random.At(0), random.At(1L << 40)]);
    }
}
