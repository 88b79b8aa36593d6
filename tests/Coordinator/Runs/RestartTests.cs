using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>A coordinator goes away in the middle of a round and another one is started on the same directory.</summary>
public sealed class RestartTests
{
    private const int Clients = 5;

    [Theory]
    [InlineData(1u, 0u, false)]
    [InlineData(2u, 0u, false)]
    [InlineData(2u, 3u, false)]
    [InlineData(2u, 3u, true)]
    [InlineData(3u, 4u, false)]
    public async Task Restart_InTheMiddleOfARound_NothingIsLostNothingAskedTwice(uint round, uint client, bool stateWiped)
    {
        using var data = new TempFolder();
        var run = await RunUntil(data.Path, round, client);
        if (stateWiped)
        {
            Directory.Delete(Path.Combine(data.Path, "state"), recursive: true);
        }

        await using var second = await RunningCoordinator.StartAsync(data.Path);
        await using var node = await second.Node("node-b").StartAsync();
        var (records, final) = await second.FollowAsync(run);

        Assert.Equal(("completed", WholeRunTests.ExpectedHash(3, Clients)), (final.State, final.ModelHash));
        Assert.Equal([1, 2, 3], records.Select(record => record.Round));
        Assert.Equal(3, (await File.ReadAllLinesAsync(Path.Combine(data.Path, "runs", run, "rounds.jsonl"))).Length);
        var again = node.Assigned.Where(task => task.Key.Kind == TaskKind.Train && (task.Key.Round < round || (task.Key.Round == round && task.Key.Index < client)));
        Assert.Empty(again);
    }

    [Fact]
    public async Task Restart_AfterTheEnd_FollowStillTellsEverything()
    {
        using var data = new TempFolder();
        string run;
        await using (var first = await RunningCoordinator.StartAsync(data.Path))
        {
            await using var node = await first.Node("node-a").StartAsync();
            run = await first.SubmitAsync(WholeRunTests.Spec(2, 2));
            await first.FollowAsync(run);
        }

        await using var second = await RunningCoordinator.StartAsync(data.Path);
        var (records, final) = await second.FollowAsync(run);

        Assert.Equal([1, 2], records.Select(record => record.Round));
        Assert.Equal("completed", final.State);
    }

    // One slot, so that clients are trained in order; the node stops answering at this client's task.
    private static async Task<string> RunUntil(string data, uint round, uint client)
    {
        await using var first = await RunningCoordinator.StartAsync(data);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = first.Node("node-a");
        node.Works = task =>
        {
            var stop = task.Key is { Kind: TaskKind.Train } key && key.Round == round && key.Index == client;
            if (stop)
            {
                reached.TrySetResult();
            }

            return Task.FromResult(!stop);
        };
        await node.StartAsync();
        var run = await first.SubmitAsync(WholeRunTests.Spec(3, Clients) with { Evaluation = new EvaluationSpec { Every = 1 } });
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return run;
    }
}
