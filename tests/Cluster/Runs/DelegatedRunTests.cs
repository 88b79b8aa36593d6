using System.Text.Json;
using Distributed.Cluster.Tests.Harness;
using Xunit;

namespace Distributed.Cluster.Tests.Runs;

/// <summary>FedLAW as a user runs it: processes, a simulation, and a kill at the worst moment give one model.</summary>
public sealed class DelegatedRunTests
{
    [Fact]
    public async Task Run_FedLaw_AnyNumberOfWorkersOrNodesGivesOneModel()
    {
        var runFile = FedLaw();
        var (expected, records) = await SimulateAsync(runFile, workers: 1);
        Assert.All(records, record => Assert.InRange(record.GetProperty("report").GetProperty("metrics").GetProperty("gamma").GetDouble(), 0.5, 1.5));
        Assert.Equal(expected, (await SimulateAsync(runFile, workers: 2)).Hash);
        Assert.Equal(expected, (await SimulateAsync(runFile, workers: 4)).Hash);

        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");
        var run = cluster.Submit(runFile);
        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
    }

    /// <summary>Running statistics: each client's own, or estimated on the proxy set; the workers do not show, the policy does.</summary>
    [Fact]
    public async Task Run_BuffersLocalAndRecalibrated_AnyNumberOfWorkersGivesOneModel()
    {
        var hashes = new HashSet<string>();
        foreach (var buffers in new[] { "average", "local", "recalibrate" })
        {
            var runFile = RunFiles.Write($$"""
                kind: federated
                name: glyphs-{{buffers}}
                seed: 7
                rounds: 3
                data: { source: glyphs, clients: 4, train: 160, test: 60 }
                proxy: { examples: 20, batch: 10 }
                model: { name: resnet, widths: [4] }
                training: { epochs: 1, batch: 20, optimizer: { name: sgd, learningRate: 0.05 } }
                aggregator: { name: fedavg, buffers: {{buffers}} }
                cohort: { fraction: 0.75 }
                """);
            var (expected, _) = await SimulateAsync(runFile, workers: 1);
            Assert.Equal(expected, (await SimulateAsync(runFile, workers: 3)).Hash);
            hashes.Add(expected);
        }

        // A client's own statistics change what it sends, not what it learns: batches are normalised by their own.
        Assert.Equal(3, hashes.Count);
    }

    /// <summary>The coordinator dies when the aggregate is on its disk: nothing of it is kept, it is made again.</summary>
    [Theory]
    [InlineData("SpoolAfterRename@round=2@hit=7:kill", "the aggregate durable, not counted")]
    [InlineData("CommitBeforeManifest@round=2:kill", "the aggregate taken, not committed")]
    public async Task Case_CoordinatorKilledAroundAnAggregate_RunGoesOnToTheUndisturbedModel(string failpoint, string when)
    {
        var runFile = FedLaw();
        var (expected, _) = await SimulateAsync(runFile, workers: 2);
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync(failpoint);
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");
        var run = cluster.Submit(runFile);
        Assert.True(await cluster.Coordinator.ExitAsync() != 0, $"{when}: the failpoint did not fire\n{cluster.Output()}");

        await cluster.StartCoordinatorAsync();

        Assert.True(await run.ExitAsync() == 0, $"{when}\n{cluster.Output()}");
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
    }

    /// <summary>The node that aggregates is killed: another one that holds the proxy set does it again.</summary>
    [Fact]
    public async Task Case_AggregatingNodeKilled_ModelIsTheUndisturbedOne()
    {
        // So many passes that the aggregation is still in work when the kill comes.
        var runFile = FedLaw("rounds: 2", "serverEpochs: 400");
        var (expected, _) = await SimulateAsync(runFile, workers: 2);
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        DistProcess[] nodes = [cluster.StartNode("node-0", "--verbose"), cluster.StartNode("node-1", "--verbose")];
        var aggregating = nodes.Select(async node =>
        {
            await node.LineAsync("that it aggregates", line => line.Contains("aggregating 6 updates", StringComparison.Ordinal));
            return node;
        }).ToList();
        var run = cluster.Submit(runFile);
        await (await await Task.WhenAny(aggregating)).KillAsync();

        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
        Assert.All(cluster.Rounds(), round => Assert.Equal("committed", round.Outcome));
    }

    private static string FedLaw(string rounds = "rounds: 3", string epochs = "serverEpochs: 5") => RunFiles.Write($$"""
        kind: federated
        name: glyphs-fedlaw
        seed: 7
        {{rounds}}
        data: { source: glyphs, clients: 6, train: 600, test: 300, partition: { name: dirichlet, alpha: 0.5 } }
        proxy: { examples: 70, batch: 32 }
        model: { name: mlp, hidden: [32] }
        training: { epochs: 1, batch: 32, optimizer: { name: sgd, learningRate: 0.05, momentum: 0.9 } }
        aggregator: { name: fedlaw, {{epochs}} }
        simulation: { workers: 2, threads: 1 }
        """);

    private static async Task<(string Hash, List<JsonElement> Rounds)> SimulateAsync(string runFile, int workers)
    {
        await using var simulation = DistProcess.Start(
            null, "simulate", runFile, "--set", $"simulation.workers={workers}", "--format", "json", "--out", RunFiles.NewFolder());
        Assert.True(await simulation.ExitAsync() == 0, simulation.Output);
        var result = TestCluster.Result(simulation);
        var lines = File.ReadLines(Path.Combine(result.GetProperty("artifacts").GetString()!, "rounds.jsonl"));
        return (result.GetProperty("modelHash").GetString()!, [.. lines.Select(line => JsonDocument.Parse(line).RootElement)]);
    }
}
