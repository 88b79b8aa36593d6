using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Runs;

public sealed class ResumeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resume_FailedRun_GoesOnFromItsLastVersion(bool coordinatorRestarted)
    {
        using var data = new TempFolder();
        var coordinator = await RunningCoordinator.StartAsync(data.Path);
        try
        {
            var node = coordinator.Node("node-a");
            node.Weight = key => key.Round is 2 or 3 ? 0 : 10 + key.Index;
            await node.StartAsync();
            var run = await coordinator.SubmitAsync(Spec());
            Assert.Equal("failed", (await coordinator.FollowAsync(run)).Final.State);
            if (coordinatorRestarted)
            {
                await node.DisposeAsync();
                await coordinator.DisposeAsync();
                coordinator = await RunningCoordinator.StartAsync(data.Path);
                node = await coordinator.Node("node-a").StartAsync();
            }

            await using var working = node;
            Assert.Equal("running", (await coordinator.Runs.ResumeAsync(new ResumeRequest { RunId = run })).Status.State);
            var (records, final) = await coordinator.FollowAsync(run);

            Assert.Equal(["committed", "abandoned", "abandoned", "committed"], records.Select(record => record.Outcome));
            Assert.Equal(("partial", WholeRunTests.ExpectedHash(round: 4, clients: 2)), (final.State, final.ModelHash));
            Assert.Contains("\"partial\"", await File.ReadAllTextAsync(Path.Combine(data.Path, "runs", run, "summary.json")), StringComparison.Ordinal);
        }
        finally
        {
            await coordinator.DisposeAsync();
        }
    }

    [Fact]
    public async Task Resume_StoppedInTheMiddleOfARound_DoesThatRound()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = coordinator.Node("node-a");
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Works = task =>
        {
            var holds = task.Key is { Kind: TaskKind.Train, Round: 2 };
            if (holds)
            {
                reached.TrySetResult();
            }

            return Task.FromResult(!holds);
        };
        await node.StartAsync();
        var run = await coordinator.SubmitAsync(Spec());
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await coordinator.Runs.StopAsync(new StopRequest { RunId = run });
        Assert.Equal("stopped", (await coordinator.FollowAsync(run)).Final.State);

        node.Works = _ => Task.FromResult(true);
        await coordinator.Runs.ResumeAsync(new ResumeRequest { RunId = run });
        var (records, final) = await coordinator.FollowAsync(run);

        Assert.Equal([1, 2, 3, 4], records.Select(record => record.Round));
        Assert.Equal(("completed", WholeRunTests.ExpectedHash(round: 4, clients: 2)), (final.State, final.ModelHash));
    }

    [Fact]
    public async Task Resume_RunUnderWay_StaysAsItIs()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var run = await coordinator.SubmitAsync(Spec());

        Assert.Equal("submitted", (await coordinator.Runs.ResumeAsync(new ResumeRequest { RunId = run })).Status.State);
    }

    [Fact]
    public async Task Resume_CompletedOrUnknownRun_Refused()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = await coordinator.Node("node-a").StartAsync();
        var run = await coordinator.SubmitAsync(Spec());
        await coordinator.FollowAsync(run);

        Assert.Equal(RefusalCode.RunOver, await RefusedAsync(coordinator, run));
        Assert.Equal(RefusalCode.RunUnknown, await RefusedAsync(coordinator, "another"));
    }

    private static RunSpec Spec()
    {
        var spec = WholeRunTests.Spec(rounds: 4, clients: 2);
        return spec with { Cohort = spec.Cohort with { MaximumAbandoned = 1 } };
    }

    private static async Task<RefusalCode> RefusedAsync(RunningCoordinator coordinator, string run) =>
        (await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.ResumeAsync(new ResumeRequest { RunId = run }))).ToRefusal()!.Code;
}
