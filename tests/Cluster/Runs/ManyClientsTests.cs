using Distributed.Cluster.Tests.Harness;
using Xunit;

namespace Distributed.Cluster.Tests.Runs;

/// <summary>Guarantee G8: memory is bounded by configuration, not by the number of clients.</summary>
public sealed class ManyClientsTests
{
    private const int Few = 4;
    private const int Many = 160;
    private const long Update = 3_300_000;

    /// <summary>The same work for both, dealt to few and to many: the many send half a gigabyte more of updates in the round.</summary>
    [Fact]
    public async Task Round_OfManyClients_NeedsNoMoreMemoryThanOneOfFew()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var (fewCoordinator, fewNode) = await PeaksAsync(Few);
        var (manyCoordinator, manyNode) = await PeaksAsync(Many);

        // A sixth of what holding the updates would take; what is left is the collector's slack, which does not grow with them.
        const long Allowed = (Many - Few) * Update / 6;
        Assert.True(manyCoordinator - fewCoordinator < Allowed, $"coordinator: {fewCoordinator / 1e6:0} MB for {Few} clients, {manyCoordinator / 1e6:0} MB for {Many}");
        Assert.True(manyNode - fewNode < Allowed, $"node: {fewNode / 1e6:0} MB for {Few} clients, {manyNode / 1e6:0} MB for {Many}");
    }

    private static async Task<(long Coordinator, long Node)> PeaksAsync(int clients)
    {
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        var node = cluster.StartNode("node-0");
        var run = cluster.Submit(RunFiles.Write($$"""
            kind: federated
            name: many-clients
            rounds: 1
            durable: false
            data: { source: glyphs, clients: {{clients}}, train: 320, test: 50 }
            model: { name: mlp, hidden: [1024] }
            training: { batch: 80 }
            """));
        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.True(cluster.Rounds().Single().Used.Length == clients, cluster.Output());
        return (cluster.Coordinator.PeakBytes(), node.PeakBytes());
    }
}
