using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class CancellationTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Unary_TokenCancelled_BothSidesEnd()
    {
        await using var host = await GrpcHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        using var call = host.Client().EchoAsync(new Text { Value = "hang" }, cancellationToken: cancel.Token);
        await host.Probe.Entered.Task.WaitAsync(_patience);

        await cancel.CancelAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(_patience));
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await host.Probe.Cancelled.Task.WaitAsync(_patience);
    }

    [Fact]
    public async Task Unary_TokenAlreadyCancelled_Cancelled()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().EchoAsync(new Text(), cancellationToken: new CancellationToken(canceled: true));
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Unary_Disposed_ServerIsTold()
    {
        await using var host = await GrpcHost.StartAsync();
        var call = host.Client().EchoAsync(new Text { Value = "hang" });
        await host.Probe.Entered.Task.WaitAsync(_patience);

        call.Dispose();

        await host.Probe.Cancelled.Task.WaitAsync(_patience);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Unary_OperationCanceledAskedFor_Thrown()
    {
        await using var host = await GrpcHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        var client = host.Client(new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var call = client.EchoAsync(new Text { Value = "hang" }, cancellationToken: cancel.Token);
        await host.Probe.Entered.Task.WaitAsync(_patience);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ResponseAsync);
    }

    [Fact]
    public async Task Duplex_TokenCancelledBetweenMessages_ServerIsTold()
    {
        await using var host = await GrpcHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        using var call = host.Client().Chat(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(new Text { Value = "a" });
        Assert.True(await call.ResponseStream.MoveNext());

        // No read and no write is under way.
        await cancel.CancelAsync();

        await host.Probe.Cancelled.Task.WaitAsync(_patience);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
        var write = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Text()));
        Assert.Equal(StatusCode.Cancelled, write.StatusCode);
    }

    [Fact]
    public async Task ServerStream_ReadCancelled_BothSidesEnd()
    {
        await using var host = await GrpcHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        using var call = host.Client().Count(new Number { Value = -1 });
        var read = call.ResponseStream.MoveNext(cancel.Token);

        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
    }

    [Fact]
    public async Task Duplex_ChannelDisposed_CallEnds()
    {
        await using var host = await GrpcHost.StartAsync();
        var channel = GrpcChannel.ForAddress(host.Address);
        using var call = new Tester.TesterClient(channel).Chat();
        await host.Probe.Entered.Task.WaitAsync(_patience);
        var read = call.ResponseStream.MoveNext();

        channel.Dispose();

        await Assert.ThrowsAsync<RpcException>(() => read.WaitAsync(_patience));
        await host.Probe.Cancelled.Task.WaitAsync(_patience);
    }
}
