using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>Who has which data: told by the nodes, merged, written and followed.</summary>
public sealed class PartitionTests
{
    [Fact]
    public async Task Partition_OfTwoSites_IsMergedWrittenAndFollowed()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var first = await Site(coordinator, "site-a", 0, Of([7, 0], 2, [3, 4, 0, 0])).StartAsync();
        await using var second = await Site(coordinator, "site-b", 1, Of([0, 5], 2, [0, 0, 5, 0])).StartAsync();

        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 2, clients: 2));
        var (_, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        var kept = PartitionRecord.Parse(await File.ReadAllTextAsync(Path.Combine(data.Path, "runs", run, "partition.json")));
        Assert.Equal([7L, 5L], kept.Examples.AsEnumerable());
        Assert.Equal([[3L, 4L], [5L, 0L]], kept.Counts!.Value.Select(row => row.ToArray()));
        Assert.Equal((2, 100, "fake"), (kept.Classes, kept.TestExamples, Assert.Single(kept.Engines)));
        Assert.Equal(kept.ToJson(), await FollowPartitionAsync(coordinator, run));
    }

    [Fact]
    public async Task Partition_WithoutClasses_HasSizesOnly()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = await Site(coordinator, "node-a", null, Of([7, 5], 0, [])).StartAsync();

        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 1, clients: 2));
        await coordinator.FollowAsync(run);

        var kept = PartitionRecord.Parse((await FollowPartitionAsync(coordinator, run))!);
        Assert.Equal((0, true), (kept.Classes, kept.Counts is null));
        Assert.Equal([7L, 5L], kept.Examples.AsEnumerable());
    }

    [Fact]
    public async Task Partition_OfAnotherNumberOfClients_IsLeftOut()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = await Site(coordinator, "node-a", null, Of([7, 5, 1], 0, [])).StartAsync();

        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 1, clients: 2));
        var (_, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.False(File.Exists(Path.Combine(data.Path, "runs", run, "partition.json")));
        Assert.Contains("node-a tells of 3 clients, expected 2", coordinator.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Counts_ThatFitNoPartition_EndTheNodesSession()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var node = await Site(coordinator, "node-a", null, Of([7, 5], 2, [1, 2, 3])).StartAsync();
        await using (node)
        {
            await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 1, clients: 2));
            var error = await Assert.ThrowsAsync<RpcException>(() => node.EndAsync().WaitAsync(TimeSpan.FromSeconds(20)));

            Assert.Equal(RefusalCode.ProtocolViolation, error.ToRefusal()!.Code);
        }
    }

    private static FakeNode Site(RunningCoordinator coordinator, string name, uint? client, Action<RunAccepted> describes)
    {
        var node = coordinator.Node(name, 1, client is { } own ? [own] : []);
        (node.Describes, node.Weight) = (describes, _ => 1);
        return node;
    }

    private static Action<RunAccepted> Of(ulong[] examples, uint classes, ulong[] counts) => accepted =>
    {
        accepted.ClientExamples.AddRange(examples);
        accepted.ClassCounts = classes == 0 ? null : new ClassCounts { Classes = classes, Counts = { counts } };
    };

    private static async Task<string?> FollowPartitionAsync(RunningCoordinator coordinator, string run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var call = coordinator.Runs.Follow(new FollowRequest { RunId = run }, cancellationToken: patience.Token);
        string? last = null;
        while (await call.ResponseStream.MoveNext(patience.Token))
        {
            last = call.ResponseStream.Current.EventCase == RunEvent.EventOneofCase.PartitionJson ? call.ResponseStream.Current.PartitionJson : last;
        }

        return last;
    }
}
