using System.Globalization;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Interop;

// The client here calls a foreign server.
public sealed class PythonServerTests(PythonServerTests.Server server) : IClassFixture<PythonServerTests.Server>
{
    private static readonly Marshaller<byte[]> _bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private CallInvoker Peer => server.Channel!.CreateCallInvoker();

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(3_000_000)]
    public async Task Unary_Bytes_ComeBackReversed(int size)
    {
        byte[] sent = [.. Enumerable.Range(0, size).Select(i => (byte)i)];
        var received = await Peer.AsyncUnaryCall(Method(MethodType.Unary, "Reverse"), null, default, sent);
        Assert.True(received.Reverse().SequenceEqual(sent));
    }

    [Fact]
    public async Task Unary_Metadata_ComesBackAsHeadersAndTrailers()
    {
        var sent = new Metadata { { "x-text", "plain" }, { "x-data-bin", [0, 1, 254, 255] } };
        using var call = Peer.AsyncUnaryCall(Method(MethodType.Unary, "Reverse"), null, new CallOptions(sent), []);
        var headers = await call.ResponseHeadersAsync;
        await call;
        foreach (var received in new[] { headers, call.GetTrailers() })
        {
            Assert.Equal("plain", received.GetValue("x-text"));
            Assert.Equal([0, 1, 254, 255], received.GetValueBytes("x-data-bin")!);
        }
    }

    [Fact]
    public async Task Unary_Refused_StatusDetailAndTrailersArrive()
    {
        var call = Peer.AsyncUnaryCall(Method(MethodType.Unary, "Refuse"), null, default, []);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal((StatusCode.FailedPrecondition, "Größe 100 % — 数\n"), (error.StatusCode, error.Status.Detail));
        Assert.Equal("because", error.Trailers.GetValue("why"));
        Assert.Equal([0, 255], error.Trailers.GetValueBytes("data-bin")!);
    }

    [Fact]
    public async Task Unary_MethodUnknown_Unimplemented()
    {
        var call = Peer.AsyncUnaryCall(Method(MethodType.Unary, "No"), null, default, []);
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Unary_Deadline_ServerKnowsIt()
    {
        var options = new CallOptions(deadline: DateTime.UtcNow.AddSeconds(100));
        var answer = await Peer.AsyncUnaryCall(Method(MethodType.Unary, "Remaining"), null, options, []);
        Assert.InRange(double.Parse(Encoding.ASCII.GetString(answer), CultureInfo.InvariantCulture), 40, 101);
    }

    [Fact]
    public async Task Unary_DeadlinePasses_DeadlineExceeded()
    {
        var options = new CallOptions(deadline: DateTime.UtcNow.AddSeconds(0.3));
        var call = Peer.AsyncUnaryCall(Method(MethodType.Unary, "Hang"), null, options, []);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task ClientStream_Messages_AreJoined()
    {
        using var call = Peer.AsyncClientStreamingCall(Method(MethodType.ClientStreaming, "Join"), null, default);
        for (var i = 0; i < 1000; i++)
            await call.RequestStream.WriteAsync([(byte)i]);
        await call.RequestStream.CompleteAsync();
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (byte)i), await call);
    }

    [Fact]
    public async Task ServerStream_Messages_ComeInOrder()
    {
        using var call = Peer.AsyncServerStreamingCall(Method(MethodType.ServerStreaming, "Split"), null, default, "200 20000"u8.ToArray());
        var count = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(20000, message.Length);
            Assert.False(message.AsSpan().ContainsAnyExcept((byte)count));
            count++;
        }

        Assert.Equal(200, count);
    }

    [Fact]
    public async Task Duplex_EachMessage_IsAnsweredBeforeTheNext()
    {
        using var call = Peer.AsyncDuplexStreamingCall(Method(MethodType.DuplexStreaming, "Mirror"), null, default);
        foreach (var size in new[] { 0, 1, 70_000, 1_000_000 })
        {
            await call.RequestStream.WriteAsync(new byte[size]);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(size, call.ResponseStream.Current.Length);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task ClientStream_ServerRefusesMidway_WriterSeesTheStatus()
    {
        using var call = Peer.AsyncClientStreamingCall(Method(MethodType.ClientStreaming, "Early"), null, default);
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
                await call.RequestStream.WriteAsync(new byte[1000]).WaitAsync(TimeSpan.FromSeconds(30));
        });
        Assert.Equal((StatusCode.InvalidArgument, "enough"), (error.StatusCode, error.Status.Detail));
    }

    private static Method<byte[], byte[]> Method(MethodType type, string name) => new(type, "distributed.test.v1.Peer", name, _bytes, _bytes);

    public sealed class Server : IAsyncLifetime
    {
        private PythonPeer? _peer;

        public GrpcChannel? Channel { get; private set; }

        public async Task InitializeAsync()
        {
            _peer = PythonPeer.Start("serve");
            Channel = GrpcChannel.ForAddress($"http://127.0.0.1:{await _peer.ReadLineAsync()}");
        }

        public Task DisposeAsync()
        {
            Channel?.Dispose();
            _peer?.Dispose();
            return Task.CompletedTask;
        }
    }
}
