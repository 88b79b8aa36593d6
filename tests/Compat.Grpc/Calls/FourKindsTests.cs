using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class FourKindsTests
{
    [Fact]
    public async Task Unary_MessageWithPayload_ComesBack()
    {
        await using var host = await GrpcHost.StartAsync();
        var request = new Text { Value = "hello", Payload = ByteString.CopyFrom(Bytes(100_000)) };
        using var call = host.Client().EchoAsync(request);

        Assert.Equal(request, await call);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task Unary_Blocking_ComesBack()
    {
        await using var host = await GrpcHost.StartAsync();
        Assert.Equal("x", host.Client().Echo(new Text { Value = "x" }).Value);
    }

    [Fact]
    public async Task Unary_EmptyMessage_ComesBack()
    {
        await using var host = await GrpcHost.StartAsync();
        Assert.Equal(new Text(), await host.Client().EchoAsync(new Text()));
    }

    [Fact]
    public async Task Unary_ManyAtOnce_EachGetsItsOwn()
    {
        await using var host = await GrpcHost.StartAsync();
        var client = host.Client();
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => client.EchoAsync(new Text { Value = $"{i}" }).ResponseAsync));
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), answers.Select(a => a.Value));
    }

    [Fact]
    public async Task ClientStream_Numbers_AreSummed()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Sum();
        for (var i = 1; i <= 1000; i++)
            await call.RequestStream.WriteAsync(new Number { Value = i });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(500_500, (await call).Value);
    }

    [Fact]
    public async Task ClientStream_NoMessage_HasAnAnswer()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Sum();
        await call.RequestStream.CompleteAsync();
        Assert.Equal(0, (await call.ResponseAsync).Value);
    }

    [Fact]
    public async Task ClientStream_WriteAfterComplete_Throws()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Sum();
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new Number()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    public async Task ServerStream_Count_ComesInOrder(int count)
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Count(new Number { Value = count });
        var numbers = new List<long>();
        await foreach (var number in call.ResponseStream.ReadAllAsync())
            numbers.Add(number.Value);
        Assert.Equal(Enumerable.Range(0, count).Select(i => (long)i), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Duplex_EachMessage_IsAnsweredBeforeTheNext()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Chat();
        foreach (var size in new[] { 0, 1, 507, 508, 5000, 70_000, 1_000_000, 3 })
        {
            var text = new Text { Value = $"{size}", Payload = ByteString.CopyFrom(Bytes(size)) };
            await call.RequestStream.WriteAsync(text);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Duplex_ServerWaitsForNothing_HeadersComeBeforeTheFirstMessage()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().Chat();
        // The handler is entered although nothing was written: the request's headers do not wait.
        await host.Probe.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 31))];
}
