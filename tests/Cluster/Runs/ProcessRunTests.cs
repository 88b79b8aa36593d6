using System.Text.Json;
using Distributed.Cluster.Tests.Harness;
using Xunit;

namespace Distributed.Cluster.Tests.Runs;

public sealed class ProcessRunTests
{
    [Fact]
    public async Task Run_OneTwoAndFourNodes_GiveTheSimulationsModel()
    {
        var runFile = RunFiles.Glyphs();
        var expected = await SimulateAsync(runFile, workers: 1);
        Assert.Equal(expected, await SimulateAsync(runFile, workers: 2));
        Assert.Equal(expected, await SimulateAsync(runFile, workers: 4));

        foreach (var nodes in new[] { 1, 2, 4 })
        {
            await using var cluster = new TestCluster();
            await cluster.StartCoordinatorAsync();
            for (var i = 0; i < nodes; i++)
            {
                cluster.StartNode($"node-{i}");
            }

            var run = cluster.Submit(runFile);
            Assert.True(await run.ExitAsync() == 0, cluster.Output());
            Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
        }
    }

    [Fact]
    public async Task Run_OverTlsWithClientCertificates_GivesTheSimulationsModel()
    {
        var runFile = RunFiles.Glyphs();
        var expected = await SimulateAsync(runFile, workers: 2);
        await using var cluster = new TestCluster();
        await cluster.UseTlsAsync("node-0", "node-1");
        await cluster.StartCoordinatorAsync();
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");

        var run = cluster.Submit(runFile);

        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
        Assert.Contains($"Joined {cluster.Address}", cluster.Nodes["node-0"].Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_WithTheCertificateOfAnother_ExitsThree()
    {
        await using var cluster = new TestCluster();
        await cluster.UseTlsAsync("node-0", "node-1");
        await cluster.StartCoordinatorAsync();

        var node = cluster.StartNodeAs("node-1", certificate: "node-0");

        Assert.Equal(3, await node.ExitAsync());
        Assert.Contains("NODE_NAME_FORBIDDEN", node.Output, StringComparison.Ordinal);
    }

    // libtorch takes 300 MB of a process; a coordinator has no use for it.
    [Fact]
    public async Task Coordinator_AfterAWholeRun_HasNotLoadedLibtorch()
    {
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        cluster.StartNode("node-0");
        var run = cluster.Submit(RunFiles.Glyphs());
        Assert.True(await run.ExitAsync() == 0, cluster.Output());

        Assert.Contains("libtorch_cpu", await MapsAsync(cluster.Nodes["node-0"]), StringComparison.Ordinal);
        Assert.DoesNotContain("torch", await MapsAsync(cluster.Coordinator), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Run_EveryRound_IsOneConnectedTraceOverAllProcesses()
    {
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");
        var run = cluster.Submit(RunFiles.Glyphs());
        Assert.True(await run.ExitAsync() == 0, cluster.Output());

        var spans = (await cluster.SpansAsync()).ToLookup(TraceId);
        foreach (var round in cluster.Rounds())
        {
            var trace = spans[round.TraceId!].ToList();
            var byId = trace.ToDictionary(span => span.GetProperty("spanId").GetString()!);
            var root = Assert.Single(trace, span => Parent(span) is null);
            Assert.StartsWith("round ", Name(root), StringComparison.Ordinal);
            Assert.All(trace.Where(span => Parent(span) is not null), span => Assert.True(byId.ContainsKey(Parent(span)!), $"{Name(span)} hangs in the air"));
            Assert.Equal(6, trace.Count(span => Name(span) == "train locally"));
            Assert.Equal(6, trace.Count(span => Name(span) == "admit update"));
            Assert.Single(trace, span => Name(span) == "aggregate");
            Assert.Single(trace, span => Name(span) == "commit model");
            Assert.Equal(2, trace.Select(span => span.GetProperty("service.name").GetString()).Distinct().Count());
        }
    }

    private static async Task<string?> SimulateAsync(string runFile, int workers)
    {
        await using var simulation = DistProcess.Start(
            null, "simulate", runFile, "--set", $"simulation.workers={workers}", "--format", "json", "--out", RunFiles.NewFolder());
        Assert.True(await simulation.ExitAsync() == 0, simulation.Output);
        return TestCluster.Result(simulation).GetProperty("modelHash").GetString();
    }

    private static Task<string> MapsAsync(DistProcess process) => File.ReadAllTextAsync($"/proc/{process.Id}/maps");

    private static string TraceId(JsonElement span) => span.GetProperty("traceId").GetString()!;

    private static string Name(JsonElement span) => span.GetProperty("name").GetString()!;

    private static string? Parent(JsonElement span) =>
        span.TryGetProperty("parentSpanId", out var parent) && parent.GetString() is { Length: > 0 } id ? id : null;
}
