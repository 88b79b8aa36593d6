using System.Numerics;
using System.Text;
using Distributed.Protocols.Transfers;
using Xunit;

namespace Distributed.Protocols.Tests.Transfers;

public sealed class Crc32CTests
{
    // Check values of RFC 3720, appendix B.4, and of the catalogue's "123456789".
    [Fact]
    public void Of_KnownInputs_GivesPublishedValues()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(16384)]
    [InlineData(100_003)]
    public void Of_AnyLength_AsTheProcessorsInstruction(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);
        Assert.Equal(~data.Aggregate(~0u, BitOperations.Crc32C), Crc32C.Of(data));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16384)]
    [InlineData(99_999)]
    public void Combine_TwoParts_EqualsWhole(int second)
    {
        var data = new byte[100_000];
        new Random(second).NextBytes(data);
        var first = Crc32C.Of(data.AsSpan(0, data.Length - second));
        var rest = Crc32C.Of(data.AsSpan(data.Length - second));
        Assert.Equal(Crc32C.Of(data), Crc32C.Combine(first, rest, Crc32C.Shift(second)));
    }
}
