using Distributed.Node.Connection;
using Distributed.Node.Hosting;
using Distributed.Node.Session;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Refusals;
using Xunit;

namespace Distributed.Node.Tests.Session;

public sealed class MembershipTests
{
    [Fact]
    public async Task Join_SaysWhoItIs()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address, workers: 3);

        var hello = (await coordinator.AcceptAsync()).Hello;

        Assert.Equal(("node-a", 3u, 1u), (hello.NodeName, hello.Slots, hello.ProtocolVersion));
        Assert.Empty(hello.Holding);
    }

    [Fact]
    public async Task Join_CoordinatorAbsent_WaitsAndSaysForWhat()
    {
        int port;
        await using (var first = await FakeCoordinator.StartAsync())
        {
            port = first.Port;
        }

        await using var node = new RunningNode($"http://127.0.0.1:{port}");
        await node.LoggedAsync($"Waiting for the coordinator at http://127.0.0.1:{port}");
        await using var coordinator = await FakeCoordinator.StartAsync(port);
        await coordinator.AcceptAsync();

        Assert.Single(node.Lines, line => line.StartsWith("Waiting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Join_StreamEnds_JoinsAgain()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);

        (await coordinator.AcceptAsync()).Close();

        Assert.Equal("node-a", (await coordinator.AcceptAsync()).Hello.NodeName);
    }

    [Theory]
    [InlineData(RefusalCode.NameInvalid)]
    [InlineData(RefusalCode.ProtocolVersion)]
    [InlineData(RefusalCode.NodeNameTaken)]
    public async Task Join_RefusedForGood_EndsWithTheRefusal(RefusalCode code)
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        coordinator.OnHello = _ => throw new Refusal(code, "not you").ToRpcException();
        await using var node = new RunningNode(coordinator.Address);

        var exit = await node.Exit.WaitAsync(Limits.Step);

        Assert.Equal(new Refusal(code, "not you"), exit.Refusal);
    }

    [Fact]
    public async Task Join_NameHeldByADeadPredecessor_WaitsSaysSoOnceAndJoins()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        var calls = 0;
        coordinator.OnHello = _ =>
        {
            if (++calls < 20)
            {
                throw new Refusal(RefusalCode.NodeNameTaken, "not yet").ToRpcException();
            }
        };
        await using var node = new RunningNode(coordinator.Address, namePatience: Limits.Step);

        await coordinator.AcceptAsync();

        Assert.Equal(20, calls);
        Assert.Contains("not yet", Assert.Single(node.Lines, line => line.StartsWith("Waiting", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Join_BusyAtFirst_TriesAgain()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        var calls = 0;
        coordinator.OnHello = _ =>
        {
            if (++calls < 3)
            {
                throw new Refusal(RefusalCode.Busy, "later").ToRpcException();
            }
        };
        await using var node = new RunningNode(coordinator.Address);

        await coordinator.AcceptAsync();

        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Stop_FromOutside_EndsWithoutARefusal()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        var node = new RunningNode(coordinator.Address);
        await coordinator.AcceptAsync();

        Assert.Equal(NodeExit.Stopped, await node.StopAsync());
    }

    [Fact]
    public async Task Stop_WhileWaiting_EndsAtOnce()
    {
        var node = new RunningNode("http://127.0.0.1:1");
        await node.LoggedAsync("Waiting");

        Assert.Equal(NodeExit.Stopped, await node.StopAsync());
    }

    [Fact]
    public async Task Options_WithMistakes_AreAllListed()
    {
        var host = new NodeHost(
            new NodeOptions { Coordinator = "somewhere", Name = "../x", Workers = 0 }, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.RunAsync(default));

        Assert.Contains("address", error.Message, StringComparison.Ordinal);
        Assert.Contains("name", error.Message, StringComparison.Ordinal);
        Assert.Contains("workers", error.Message, StringComparison.Ordinal);
    }
}
