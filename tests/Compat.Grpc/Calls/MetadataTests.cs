using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class MetadataTests
{
    [Fact]
    public async Task Metadata_TextAndBinary_ComesBackAsHeadersAndTrailers()
    {
        await using var host = await GrpcHost.StartAsync();
        byte[] binary = [0, 1, 2, 253, 254, 255, 0];
        var sent = new Metadata { { "X-Text", "plain, text" }, { "x-two", "1" }, { "x-two", "2" }, { "x-data-bin", binary } };
        using var call = host.Client().EchoAsync(new Text { Value = "metadata" }, sent);

        Check(await call.ResponseHeadersAsync);
        await call;
        Check(call.GetTrailers());

        void Check(Metadata received)
        {
            Assert.Equal("plain, text", received.GetValue("x-text"));
            // HTTP lets a header that comes twice be joined on its way.
            Assert.Equal("1, 2", string.Join(", ", received.GetAll("x-two").Select(entry => entry.Value)));
            Assert.Equal(binary, received.GetValueBytes("x-data-bin"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Metadata_BinaryOfAnyLength_Survives(int length)
    {
        await using var host = await GrpcHost.StartAsync();
        byte[] binary = [.. Enumerable.Repeat((byte)0xFF, length)];
        using var call = host.Client().EchoAsync(new Text { Value = "metadata" }, new Metadata { { "x-data-bin", binary } });
        Assert.Equal(binary, (await call.ResponseHeadersAsync).GetValueBytes("x-data-bin"));
    }

    [Fact]
    public void Entry_BadKeyOrKind_Throws()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("with space", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("data-bin", "x"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("data", [1]));
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
    }

    [Fact]
    public async Task Context_OfACall_TellsMethodPeerAndHost()
    {
        await using var host = await GrpcHost.StartAsync();
        await host.Client().EchoAsync(new Text());
        var (method, peer, name, authenticated) = host.Probe.Seen;
        Assert.Equal("/distributed.test.v1.Tester/Echo", method);
        Assert.StartsWith("ipv4:127.0.0.1:", peer, StringComparison.Ordinal);
        Assert.Equal(new Uri(host.Address).Authority, name);
        Assert.False(authenticated);
        Assert.Equal(DateTime.MaxValue, host.Probe.Deadline);
    }
}
