using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Membership;

public sealed class NodeSessionTests
{
    [Fact]
    public async Task LivingName_Taken_Refused()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var first = await coordinator.Node("node-a").StartAsync();
        await using var second = coordinator.Node("node-a");

        Assert.Equal(RefusalCode.NodeNameTaken, await RefusalOf(second));
    }

    [Theory]
    [InlineData("Node A")]
    [InlineData("../x")]
    [InlineData("")]
    public async Task Name_OutsideTheRule_Refused(string name)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = coordinator.Node(name);

        Assert.Equal(RefusalCode.NameInvalid, await RefusalOf(node));
    }

    [Fact]
    public async Task ProtocolVersion_Other_RefusedWithBoth()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = coordinator.Node("node-a");
        node.Version = ProtocolVersion.Current + 41;

        var error = await Assert.ThrowsAsync<RpcException>(node.StartAsync);
        Assert.Equal(RefusalCode.ProtocolVersion, error.ToRefusal()!.Code);
        Assert.Contains("42", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_SilentForThreeHeartbeats_IsGone()
    {
        using var data = new TempFolder();
        var time = new SkippingTime();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.Heartbeat = TimeSpan.FromSeconds(2), time);
        await using var node = await coordinator.Node("node-a").StartAsync();

        time.Skip(TimeSpan.FromSeconds(6.1));
        await node.EndAsync().WaitAsync(TimeSpan.FromSeconds(20));

        var status = await coordinator.Runs.GetStatusAsync(new StatusRequest());
        Assert.Equal("gone", Assert.Single(status.Nodes).State);
    }

    [Fact]
    public async Task Node_QuietSinceAHeartbeat_ReplacedByTheSameName()
    {
        using var data = new TempFolder();
        var time = new SkippingTime();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.Heartbeat = TimeSpan.FromSeconds(2), time);
        await using var first = await coordinator.Node("node-a").StartAsync();

        time.Skip(TimeSpan.FromSeconds(3.5));
        await using var second = await coordinator.Node("node-a").StartAsync();

        await first.EndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("joined", Assert.Single((await coordinator.Runs.GetStatusAsync(new StatusRequest())).Nodes).State);
    }

    [Fact]
    public async Task Node_BreaksOff_ItsClientsGoToAnother()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = coordinator.Node("node-a");
        first.Works = task =>
        {
            if (task.Key.Kind == TaskKind.Train)
            {
                held.TrySetResult();
            }

            return Task.FromResult(task.Key.Kind != TaskKind.Train);
        };
        await first.StartAsync();
        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 1, clients: 3));
        await held.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await using var second = await coordinator.Node("node-b").StartAsync();
        await first.DisposeAsync();

        var (records, final) = await coordinator.FollowAsync(run);
        Assert.Equal("completed", final.State);
        Assert.All(records[0].Used, used => Assert.Equal("node-b", used.Node));
    }

    [Fact]
    public async Task EveryNodeRejects_RunFailsAndSaysWhy()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = coordinator.Node("node-a");
        node.Problems = ["data.path: t10k-images.gz is cut short"];
        await node.StartAsync();

        var (_, final) = await coordinator.FollowAsync(await coordinator.SubmitAsync(WholeRunTests.Spec(1, 1)));

        Assert.Equal("failed", final.State);
        Assert.Contains("cut short", final.Detail, StringComparison.Ordinal);
    }

    private static async Task<RefusalCode> RefusalOf(FakeNode node) =>
        (await Assert.ThrowsAsync<RpcException>(node.StartAsync)).ToRefusal()!.Code;
}
