using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class SizeLimitTests
{
    private static readonly Text _large = new() { Payload = ByteString.CopyFrom(new byte[10_000]) };

    [Fact]
    public async Task Server_MessageOverReceiveLimit_ResourceExhausted()
    {
        await using var host = await GrpcHost.StartAsync(options => options.MaxReceiveMessageSize = 9_000);
        await AssertExhausted(host.Client());

    }

    [Fact]
    public async Task Server_MessageOverSendLimit_ResourceExhausted()
    {
        await using var host = await GrpcHost.StartAsync(options => options.MaxSendMessageSize = 9_000);
        await AssertExhausted(host.Client());
    }

    [Fact]
    public async Task Client_MessageOverReceiveLimit_ResourceExhausted()
    {
        await using var host = await GrpcHost.StartAsync();
        await AssertExhausted(host.Client(new GrpcChannelOptions { MaxReceiveMessageSize = 9_000 }));
    }

    [Fact]
    public async Task Client_MessageOverSendLimit_ResourceExhausted()
    {
        await using var host = await GrpcHost.StartAsync();
        await AssertExhausted(host.Client(new GrpcChannelOptions { MaxSendMessageSize = 9_000 }));

    }

    [Fact]
    public async Task Limits_Default_FourMegabytesReceived()
    {
        await using var host = await GrpcHost.StartAsync();
        var text = new Text { Payload = ByteString.CopyFrom(new byte[(4 * 1024 * 1024) + 1]) };
        Assert.Equal(
            StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => host.Client().EchoAsync(text).ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Limits_Null_LetEverythingPass()
    {
        await using var host = await GrpcHost.StartAsync(options => options.MaxReceiveMessageSize = null);
        var text = new Text { Payload = ByteString.CopyFrom(new byte[9_000_000]) };
        Assert.Equal(text, await host.Client(new GrpcChannelOptions { MaxReceiveMessageSize = null }).EchoAsync(text));
    }

    // The limit is checked on the length that is announced: the rest of the message never comes.
    [Fact]
    public async Task Server_HugeLengthAnnounced_RefusedBeforeTheMessage()
    {
        await using var host = await GrpcHost.StartAsync(options => options.MaxReceiveMessageSize = null);
        using var http = new HttpClient();
        using var request = WireRequest.For(host, "Echo", [0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]);
        using var response = await http.SendAsync(request);
        Assert.Equal("8", WireRequest.Status(response));
    }

    private static async Task AssertExhausted(Tester.TesterClient client)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => client.EchoAsync(_large).ResponseAsync);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(new Text(), (await client.EchoAsync(new Text()).ResponseAsync.WaitAsync(TimeSpan.FromSeconds(30))));
    }
}
