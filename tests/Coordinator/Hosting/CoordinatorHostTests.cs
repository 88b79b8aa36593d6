using System.Text.Json.Nodes;
using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;

namespace Distributed.Coordinator.Tests.Hosting;

public sealed class CoordinatorHostTests
{
    [Fact]
    public void Options_SeveralMistakes_AllListed()
    {
        var error = Assert.Throws<CoordinatorStartException>(() => CoordinatorHost.Create(
            new CoordinatorOptions { Address = "nowhere", Heartbeat = TimeSpan.Zero, TransferMemoryBytes = 1 }));

        Assert.All(["DataDirectory", "Address", "Heartbeat", "TransferMemoryBytes"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task DataDirectory_HeldByAnother_RefusedThenFree()
    {
        using var data = new TempFolder();
        await using (var first = await RunningCoordinator.StartAsync(data.Path))
        {
            var error = Assert.Throws<CoordinatorStartException>(() => CoordinatorHost.Create(new CoordinatorOptions { DataDirectory = data.Path, Port = 0 }));
            Assert.Contains("Another coordinator", error.Message, StringComparison.Ordinal);
        }

        await using var second = await RunningCoordinator.StartAsync(data.Path);
        Assert.Equal("2", await File.ReadAllTextAsync(Path.Combine(data.Path, "term")));
    }

    [Fact]
    public async Task Port_InUse_SaysSo()
    {
        using var data = new TempFolder();
        using var other = new TempFolder();
        await using var first = await RunningCoordinator.StartAsync(data.Path);
        await using var second = CoordinatorHost.Create(new CoordinatorOptions { DataDirectory = other.Path, Port = first.Host.Port });

        var error = await Assert.ThrowsAsync<CoordinatorStartException>(() => second.StartAsync());
        Assert.Contains("is in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_OfARound_IsOneConnectedTree()
    {
        using var data = new TempFolder();
        string run;
        await using (var coordinator = await RunningCoordinator.StartAsync(data.Path))
        {
            await using var node = await coordinator.Node("node-a", 2).StartAsync();
            run = await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 2, clients: 2));
            await coordinator.FollowAsync(run);
        }

        var spans = (await File.ReadAllLinesAsync(Path.Combine(data.Path, "runs", run, "trace.jsonl"))).Select(line => JsonNode.Parse(line)!).ToList();
        var round = spans.Where(span => (int?)span["attributes"]!["train.round"] == 2).ToList();
        Assert.Single(round.Select(span => (string?)span["traceId"]).Distinct());
        Assert.Equal("round test", (string?)Assert.Single(round, span => (string?)span["parentSpanId"] == "")["name"]);
        var ids = round.Select(span => (string?)span["spanId"]).ToHashSet();
        Assert.All(round.Where(span => (string?)span["parentSpanId"] != ""), span => Assert.Contains((string?)span["parentSpanId"], ids));
        Assert.Equal(
            ["admit update", "aggregate", "commit model", "dispatch task", "plan round", "round test"],
            round.Select(span => (string)span["name"]!).Distinct().Order(StringComparer.Ordinal));
        Assert.All(spans, span => Assert.Equal("distributed-coordinator", (string?)span["service.name"]));
    }
}
