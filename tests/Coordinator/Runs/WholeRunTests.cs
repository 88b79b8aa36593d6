using System.Text.Json.Nodes;
using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Tests.Runs;

public sealed class WholeRunTests
{
    internal static RunSpec Spec(int rounds, int clients) => new()
    {
        Kind = "federated",
        Name = "test",
        Rounds = rounds,
        Data = new() { Source = "none", Clients = clients },
        Model = PluginSpec.Named("blob"),
    };

    /// <summary>FedAvg of what the fake nodes return.</summary>
    internal static string ExpectedHash(uint round, int clients)
    {
        var models = Enumerable.Range(0, clients).Select(client => (Weight: 10.0 + client, Values: FakeNode.ModelOf(round, (uint)client))).ToList();
        var total = models.Sum(model => model.Weight);
        var mean = Enumerable.Range(0, 4).Select(i => (float)(models.Sum(model => model.Weight * model.Values[i]) / total)).ToArray();
        return ContentHash.Of(FakeNode.FileOf(mean)).Hex;
    }

    [Fact]
    public async Task Run_OneNode_CompletesWithTheWeightedMean()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        await using var node = await coordinator.Node("node-a").StartAsync();

        var run = await coordinator.SubmitAsync(Spec(rounds: 3, clients: 4));
        var (records, final) = await coordinator.FollowAsync(run);

        Assert.Equal("completed", final.State);
        Assert.Equal([1, 2, 3], records.Select(record => record.Round));
        Assert.All(records, record => Assert.Equal("committed", record.Outcome));
        Assert.All(records, record => Assert.Equal([0, 1, 2, 3], record.Used.Select(used => used.Client)));
        Assert.All(records, record => Assert.Equal(0.8, record.Accuracy));
        Assert.Equal(final.ModelHash, records[^1].ModelHash);
        Assert.All(records, record => Assert.Equal([0.0, 1, 2, 3], record.Used.Select(used => used.Metrics!["client.index"])));
        Assert.All(records, record => Assert.Equal("""{"client.index.max":3,"client.index.mean":1.5}""", record.Report!.Value.GetProperty("metrics").GetRawText()));

        var folder = Path.Combine(data.Path, "runs", run);
        using var file = File.OpenRead(Path.Combine(folder, "model.safetensors"));
        var mean = Enumerable.Range(0, 4).Sum(client => (10.0 + client) * client) / Enumerable.Range(0, 4).Sum(client => 10.0 + client);
        Assert.Equal((float)mean, Safetensors.Load(file).Values<float>("w")[1]);
        var summary = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "summary.json")))!;
        Assert.Equal(final.ModelHash, (string?)summary["modelHash"]);
        Assert.Equal(4, (await File.ReadAllLinesAsync(Path.Combine(folder, "metrics.csv"))).Length);
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"));
        Assert.Contains(final.ModelHash, page, StringComparison.Ordinal);
        Assert.Contains("completed", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    public async Task Run_AnyNumberOfNodes_SameModel(int nodes, int slots)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        for (var i = 0; i < nodes; i++)
        {
            await coordinator.Node($"node-{i}", slots).StartAsync();
        }

        var (_, final) = await coordinator.FollowAsync(await coordinator.SubmitAsync(Spec(rounds: 3, clients: 7)));

        Assert.Equal("completed", final.State);
        Assert.Equal(ExpectedHash(round: 3, clients: 7), final.ModelHash);
    }
}
