using System.Text.Json.Nodes;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>Whole runs whose aggregations a node does, over the wire.</summary>
public sealed class DelegatedRunTests
{
    [Fact]
    public async Task Run_OneNodeHoldsTheProxySet_CompletesWithWhatItMade()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var trains = await coordinator.Node("trains", 2).StartAsync();
        var aggregates = coordinator.Node("aggregates");
        aggregates.ProxyExamples = 20;
        await using var running = await aggregates.StartAsync();

        var run = await coordinator.SubmitAsync(Spec(rounds: 3, clients: 5));
        var (records, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.Equal(WholeRunTests.ExpectedHash(round: 3, clients: 5), final.ModelHash);
        Assert.All(records, record => Assert.Equal(0.5, record.Report!.Value.GetProperty("metrics").GetProperty("gamma").GetDouble()));
        Assert.All(records, record => Assert.Equal(1, record.Used.Sum(used => used.Coefficient), 1e-12));
        Assert.Equal(3, aggregates.Assigned.Count(task => task.Key.Kind == Protocols.V1.TaskKind.Aggregate));
        Assert.DoesNotContain(trains.Assigned, task => task.Key.Kind == Protocols.V1.TaskKind.Aggregate);
        Assert.Equal([0, 1, 1], aggregates.Assigned.Where(task => task.Key.Kind == Protocols.V1.TaskKind.Aggregate).Select(task => task.AggregatorState.Length));
    }

    [Fact]
    public async Task Run_TheAggregatingNodeIsCutOff_AnotherDoesItAgain()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var cut = coordinator.Node("cut", 8);
        cut.ProxyExamples = 20;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cut.Works = task =>
        {
            if (task.Key.Kind != Protocols.V1.TaskKind.Aggregate)
            {
                return Task.FromResult(true);
            }

            asked.TrySetResult();
            return Task.FromResult(false);
        };
        await cut.StartAsync();
        var run = await coordinator.SubmitAsync(Spec(rounds: 2, clients: 3));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var other = coordinator.Node("other");
        other.ProxyExamples = 20;
        await using var running = await other.StartAsync();

        await cut.DisposeAsync();
        var (records, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.All(records, record => Assert.Equal("committed", record.Outcome));
        Assert.Equal(WholeRunTests.ExpectedHash(round: 2, clients: 3), final.ModelHash);
    }

    [Fact]
    public async Task Run_TheCoordinatorIsStartedAgain_TheAggregationIsDoneAgain()
    {
        using var data = new TempFolder();
        string run;
        await using (var coordinator = await RunningCoordinator.StartAsync(data.Path))
        {
            var node = coordinator.Node("node", 2);
            node.ProxyExamples = 20;
            var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            node.Works = task =>
            {
                if (task.Key.Kind != Protocols.V1.TaskKind.Aggregate)
                {
                    return Task.FromResult(true);
                }

                asked.TrySetResult();
                return Task.FromResult(false);
            };
            await node.StartAsync();
            run = await coordinator.SubmitAsync(Spec(rounds: 2, clients: 3));
            await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await node.DisposeAsync();
        }

        await using var again = await RunningCoordinator.StartAsync(data.Path);
        var back = again.Node("node", 2);
        back.ProxyExamples = 20;
        await using var running = await back.StartAsync();
        var (_, final) = await again.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.Equal(WholeRunTests.ExpectedHash(round: 2, clients: 3), final.ModelHash);
        Assert.DoesNotContain(back.Assigned, task => task.Key.Kind == Protocols.V1.TaskKind.Train && task.Key.Round == 1);
    }

    [Fact]
    public async Task DownloadUpdate_ByANodeThatDoesNotAggregate_Refused()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var node = coordinator.Node("node", 2);
        node.ProxyExamples = 20;
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        node.Works = task =>
        {
            if (task.Key.Kind == Protocols.V1.TaskKind.Aggregate)
            {
                asked.TrySetResult();
            }

            return Task.FromResult(task.Key.Kind != Protocols.V1.TaskKind.Aggregate);
        };
        await using var running = await node.StartAsync();
        var run = await coordinator.SubmitAsync(Spec(rounds: 1, clients: 2));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));

        var whole = await node.DownloadUpdateAsync(run, 1, 1);
        Assert.Equal(FakeNode.FileOf(FakeNode.ModelOf(1, 1)), whole);
        Assert.Equal(whole[10..], await node.DownloadUpdateAsync(run, 1, 1, offset: 10));
        Assert.Equal(RefusalCode.TaskUnknown, await RefusedAsync(coordinator.Node("stranger").DownloadUpdateAsync(run, 1, 1)));
        Assert.Equal(RefusalCode.TaskUnknown, await RefusedAsync(node.DownloadUpdateAsync(run, 1, 7)));
        Assert.Equal(RefusalCode.RoundFuture, await RefusedAsync(node.DownloadUpdateAsync(run, 2, 0)));
        Assert.Equal(RefusalCode.RunUnknown, await RefusedAsync(node.DownloadUpdateAsync("no-run", 1, 0)));
        Assert.Equal(RefusalCode.ProtocolViolation, await RefusedAsync(node.DownloadUpdateAsync(run, 1, 1, offset: 1 << 20)));
    }

    [Fact]
    public async Task Submit_WithoutAProxySection_RefusedWithTheReason()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);

        foreach (var aggregator in new[] { new PluginSpec("fedlaw", []), new PluginSpec("fedavg", new JsonObject { ["buffers"] = "recalibrate" }) })
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => coordinator.SubmitAsync(Spec(1, 2) with { Aggregator = aggregator, Proxy = null }));
            Assert.Equal(RefusalCode.RunInvalid, error.ToRefusal()!.Code);
            Assert.Contains("proxy: is required", error.Status.Detail, StringComparison.Ordinal);
        }
    }

    private static RunSpec Spec(int rounds, int clients) =>
        WholeRunTests.Spec(rounds, clients) with { Aggregator = PluginSpec.Named("fedlaw"), Proxy = new() { Examples = 20 } };

    private static async Task<RefusalCode> RefusedAsync(Task download) =>
        (await Assert.ThrowsAsync<RpcException>(() => download)).ToRefusal()!.Code;
}
