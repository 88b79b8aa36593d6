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

    [Fact]
    public void Append_AnySplit_EqualsWhole()
    {
        var data = Enumerable.Range(0, 1000).Select(i => (byte)(i * 31)).ToArray();
        for (var split = 0; split <= data.Length; split += 13)
        {
            Assert.Equal(Crc32C.Of(data), Crc32C.Append(Crc32C.Of(data.AsSpan(0, split)), data.AsSpan(split)));
        }
    }
}
