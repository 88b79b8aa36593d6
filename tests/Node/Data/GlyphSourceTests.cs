using System.Runtime.InteropServices;
using Distributed.Node.Data.Glyphs;
using Distributed.Node.Data.Images;
using Distributed.Protocols.Identities;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class GlyphSourceTests
{
    [Fact]
    public void Load_Twice_GivesTheSameBits()
    {
        var (one, two) = (Load(3, 50, 10), Load(3, 50, 10));

        Assert.Equal(one.Train.Pixels, two.Train.Pixels);
        Assert.Equal(one.Test.Labels, two.Test.Labels);
    }

    // A pure function of (seed, index): more training examples move the test examples, but never change a training example.
    [Fact]
    public void Load_MoreExamples_KeepsTheFirstOnes()
    {
        var (few, many) = (Load(3, 10, 5), Load(3, 15, 5));

        Assert.Equal(few.Train.Pixels, many.Train.Pixels[..few.Train.Pixels.Length]);
        Assert.Equal(few.Test.Pixels, many.Train.Pixels[few.Train.Pixels.Length..]);
    }

    // Written down once, so that no later change alters everybody's data unnoticed.
    [Fact]
    public void Load_SeedOne_IsWhatItAlwaysWas() =>
        Assert.StartsWith("d1564922a77b78a5b06661ac739de6eb6c6259409", ContentHash.Of(MemoryMarshal.AsBytes(Load(1, 100, 10).Train.Pixels.AsSpan())).Hex, StringComparison.Ordinal);

    [Fact]
    public void Load_Labels_HaveEveryClass()
    {
        var data = Load(1, 1000, 100);

        Assert.Equal(Enumerable.Range(0, data.Classes), data.Train.Labels.Distinct().Order());
        Assert.All(data.Train.Labels.CountBy(label => label), pair => Assert.InRange(pair.Value, 60, 140));
    }

    [Fact]
    public void Load_MoreThanFitsInMemory_IsAProblem()
    {
        var problems = new List<string>();

        Assert.Null(new GlyphSource().Load(new DataRequest("glyphs", 1, null, int.MaxValue, int.MaxValue), problems));
        Assert.Contains("data.train", Assert.Single(problems), StringComparison.Ordinal);
    }

    private static Dataset Load(int seed, int train, int test) => new GlyphSource().Load(new DataRequest("glyphs", seed, null, train, test), [])!;
}
