using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

// The server answers while the client still streams: the client sees the answer, not that its stream was cancelled.
public sealed class EarlyResponseTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ClientStream_ServerRefusesMidway_WriterAndResponseSeeTheStatus()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Sum();
        await call.RequestStream.WriteAsync(new Number { Value = -1 });

        var write = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new Number { Value = 1 }).WaitAsync(_patience);
        });

        Assert.Equal((StatusCode.InvalidArgument, "negative"), (write.StatusCode, write.Status.Detail));
        var response = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal((StatusCode.InvalidArgument, "negative"), (response.StatusCode, response.Status.Detail));
    }

    [Fact]
    public async Task ClientStream_ServerAnswersMidway_ResponseArrives()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Sum();
        await call.RequestStream.WriteAsync(new Number { Value = 5 });
        await call.RequestStream.WriteAsync(new Number { Value = long.MaxValue });
        Assert.Equal(5, (await call.ResponseAsync.WaitAsync(_patience)).Value);
    }

    [Fact]
    public async Task ClientStream_ServiceUnknown_WriterSeesUnimplemented()
    {
        await using var host = await GrpcHost.StartAsync();
        var text = Marshallers.StringMarshaller;
        var method = new Method<string, string>(MethodType.ClientStreaming, "no.such.Service", "Method", text, text);
        using var call = host.Channel().CreateCallInvoker().AsyncClientStreamingCall(method, null, default);
        var write = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new string('x', 1000)).WaitAsync(_patience);
        });
        Assert.Equal(StatusCode.Unimplemented, write.StatusCode);
    }

    [Fact]
    public async Task ClientStream_MessageOverLimit_WriterSeesResourceExhausted()
    {
        await using var host = await GrpcHost.StartAsync(options => options.MaxReceiveMessageSize = 100_000);
        using var call = host.Client().Chat();
        var text = new Text { Payload = ByteString.CopyFrom(new byte[3_000_000]) };
        var write = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(text).WaitAsync(_patience);
        });
        Assert.Equal(StatusCode.ResourceExhausted, write.StatusCode);
    }

    // The answers before the refusal are not lost.
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Duplex_ServerRefusesWhileClientOnlyWrites_WriterSeesTheStatus(int unread)
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Chat();
        await call.RequestStream.WriteAsync(new Text { Value = "a" });
        Assert.True(await call.ResponseStream.MoveNext());
        for (var i = 0; i < unread; i++)
            await call.RequestStream.WriteAsync(new Text { Value = $"{i}" });
        await call.RequestStream.WriteAsync(new Text { Value = "refuse" });

        var write = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new Text()).WaitAsync(_patience);
        });

        Assert.Equal((StatusCode.ResourceExhausted, "enough"), (write.StatusCode, write.Status.Detail));
        for (var i = 0; i < unread; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal($"{i}", call.ResponseStream.Current.Value);
        }

        var read = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.ResourceExhausted, read.StatusCode);
    }
}
