using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class StatusTests
{
    [Fact]
    public async Task Handler_ThrowsRpcException_StatusDetailAndTrailersArrive()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().EchoAsync(new Text { Value = "refuse" });

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("Größe 100 % — 数\n", error.Status.Detail);
        Assert.Equal("because", error.Trailers.GetValue("why"));
        Assert.Equal("because", call.GetTrailers().GetValue("why"));
        Assert.Equal(StatusCode.FailedPrecondition, call.GetStatus().StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handler_Throws_TextGoesOutOnlyWhenAsked(bool detailed)
    {
        await using var host = await GrpcHost.StartAsync(options => options.EnableDetailedErrors = detailed);
        var error = await Assert.ThrowsAsync<RpcException>(() => host.Client().EchoAsync(new Text { Value = "throw" }).ResponseAsync);
        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.Equal(detailed, error.Status.Detail.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handler_SetsStatus_StatusArrives()
    {
        await using var host = await GrpcHost.StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => host.Client().EchoAsync(new Text { Value = "status" }).ResponseAsync);
        Assert.Equal((StatusCode.OutOfRange, "set"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Handler_ReturnsNull_Cancelled()
    {
        await using var host = await GrpcHost.StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => host.Client().EchoAsync(new Text { Value = "null" }).ResponseAsync);
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public async Task Service_NotMapped_Unimplemented()
    {
        await using var host = await GrpcHost.StartAsync();
        var text = Marshallers.StringMarshaller;
        var method = new Method<string, string>(MethodType.Unary, "no.such.Service", "Method", text, text);
        var call = host.Channel().CreateCallInvoker().AsyncUnaryCall(method, null, default, "x");
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Server_NotThere_Unavailable()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");

        using var unary = new Tester.TesterClient(channel).EchoAsync(new Text());
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => unary.ResponseAsync)).StatusCode);
        using var stream = new Tester.TesterClient(channel).Chat();
        Assert.Equal(
            StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.RequestStream.WriteAsync(new Text()))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext())).StatusCode);
    }

    [Fact]
    public async Task GetStatus_BeforeTheEnd_Throws()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Chat();
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
    }

    [Fact]
    public async Task Server_Stops_CallEndsAtOnce()
    {
        var host = await GrpcHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var call = new Tester.TesterClient(channel).Chat();
        await call.RequestStream.WriteAsync(new Text());
        await call.ResponseStream.MoveNext();
        var next = call.ResponseStream.MoveNext();

        await host.DisposeAsync();

        await Assert.ThrowsAsync<RpcException>(() => next.WaitAsync(TimeSpan.FromSeconds(30)));
    }
}
