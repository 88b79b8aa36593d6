using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Calls;

public sealed class DeadlineTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Client_DeadlinePasses_DeadlineExceededAndServerIsTold()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().EchoAsync(new Text { Value = "hang" }, deadline: DateTime.UtcNow.AddSeconds(0.5));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(_patience));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await host.Probe.Cancelled.Task.WaitAsync(_patience);
    }

    [Fact]
    public async Task Client_DeadlineInThePast_DeadlineExceeded()
    {
        await using var host = await GrpcHost.StartAsync();
        using var call = host.Client().EchoAsync(new Text(), deadline: DateTime.UtcNow.AddSeconds(-1));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task Client_DeadlineAhead_ServerKnowsIt()
    {
        await using var host = await GrpcHost.StartAsync();
        var deadline = DateTime.UtcNow.AddMinutes(5);
        await host.Client().EchoAsync(new Text(), deadline: deadline);
        Assert.InRange(host.Probe.Deadline, deadline.AddSeconds(-1), deadline.AddSeconds(60));
    }

    // The client here knows no deadline of its own: what it sees is the server's answer.
    [Theory]
    [InlineData("hang")]
    [InlineData("deaf")]
    public async Task Server_TimeoutPasses_AnswersEvenForADeafHandler(string request)
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient();
        using var message = WireRequest.For(host, "Echo", new Text { Value = request });
        message.Headers.Add("grpc-timeout", "300m");

        using var response = await http.SendAsync(message).WaitAsync(_patience);

        Assert.Equal("4", WireRequest.Status(response));
        Assert.True(host.Probe.Cancellation.IsCancellationRequested);
        host.Probe.Release.SetResult();
    }

    [Theory]
    [InlineData("1H")]
    [InlineData("99999999H")]
    [InlineData("5000000000n")]
    [InlineData("60000000u")]
    public async Task Server_TimeoutInAnyUnit_IsUnderstood(string timeout)
    {
        await using var host = await GrpcHost.StartAsync();
        using var http = new HttpClient();
        using var message = WireRequest.For(host, "Echo", new Text());
        message.Headers.Add("grpc-timeout", timeout);
        using var response = await http.SendAsync(message);
        Assert.Equal("0", WireRequest.Status(response));
    }
}
