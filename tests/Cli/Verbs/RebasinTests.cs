using Distributed.Cli.Output;
using Distributed.Cli.Tests.RunFiles;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Tests.Verbs;

/// <summary>Runs whose clients align their models, as a user types them.</summary>
public sealed class RebasinTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{ name: rebasin }", "{ name: fedavg }")]
    [InlineData("{ name: rebasin, sweeps: 3, then: { name: fedavg, gamma: 0.98 } }", "{ name: fedavg, gamma: 0.98 }")]
    [InlineData("{ name: rebasin, then: { name: ldawa, warmupRounds: 1 } }", "{ name: ldawa, warmupRounds: 1 }")]
    public async Task Rebasin_OfClientsThatStayClose_IsTheAggregatorBehindItToTheBit(string aligned, string plain)
    {
        var (with, without) = (await SimulateAsync("with", aligned), await SimulateAsync("without", plain));

        Assert.Equal(Hash(without), Hash(with));
        Assert.Equal(Accuracy(without), Accuracy(with));
        Assert.All(Records(with).SelectMany(record => record.Used), used =>
        {
            Assert.Equal(["rebasin.after", "rebasin.before", "rebasin.gain", "rebasin.moved"], used.Metrics!.Keys);
            Assert.Equal((0.0, 0.0), (used.Metrics["rebasin.moved"], used.Metrics["rebasin.gain"]));
            Assert.True(used.Metrics["rebasin.before"] > 0);
        });
        Assert.All(Records(with), record => Assert.Equal(0, record.Report!.Value.GetProperty("metrics").GetProperty("rebasin.moved.max").GetDouble()));
        Assert.All(Records(without).SelectMany(record => record.Used), used => Assert.Null(used.Metrics));
    }

    [Fact]
    public async Task Rebasin_OnOneTwoOrFourWorkers_GivesTheSameModel()
    {
        // So fast that units do change places.
        var hashes = new HashSet<string>();
        foreach (var workers in new[] { 1, 2, 4 })
        {
            var ended = await SimulateAsync("workers", "{ name: rebasin }", "--set", $"simulation.workers={workers}", "--set", "training.optimizer.learningRate=0.7");
            hashes.Add(Hash(ended));
            Assert.Contains(Records(ended), record => record.Report!.Value.GetProperty("metrics").GetProperty("rebasin.moved.max").GetDouble() > 0);
        }

        Assert.Single(hashes);
    }

    [Fact]
    public async Task Rebasin_OfAModelWithoutHiddenUnits_IsRefusedBeforeTheFirstRound()
    {
        var path = Write("linear", "{ name: rebasin }").Replace("model: { name: mlp, hidden: [32] }", "model: { name: linear }", StringComparison.Ordinal);
        var ended = await Invocation.RunAsync("simulate", folder.Write("linear.yaml", path), "--out", folder.Path, "--format", "json");

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Equal(0, ended.Json.GetProperty("rounds").GetInt32());
        Assert.Contains("aggregator rebasin cannot align model linear: no unit of the model can change its place", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ name: rebasin, then: { name: ldawa, warmup: 1 } }", "aggregator.then.warmup: unknown key")]
    [InlineData("{ name: rebasin, than: { name: ldawa } }", "aggregator.than: unknown key; did you mean 'then'?")]
    [InlineData("{ name: rebasin, then: { name: fedavgg } }", "aggregator.then.name: no aggregator is called 'fedavgg'")]
    [InlineData("{ name: rebasin, then: { gamma: 1 } }", "aggregator.then: expected a mapping with a name")]
    [InlineData("{ name: rebasin, then: fedavg }", "aggregator.then: expected a mapping")]
    [InlineData("{ name: rebasin, then: { name: rebasin } }", "aggregator.then.name: the models are aligned already")]
    [InlineData("{ name: rebasin, then: { name: fedavg, gamma: 3 } }", "aggregator.then.gamma: ")]
    [InlineData("{ name: rebasin, buffers: local, then: { name: fedavg } }", "aggregator.buffers: belongs into aggregator.then")]
    [InlineData("{ name: rebasin, sweeps: 0 }", "aggregator.sweeps: must be from 1 to 10000, got 0")]
    public async Task Rebasin_WithAMistake_IsRefusedWithItsPath(string aggregator, string problem)
    {
        var ended = await Invocation.RunAsync("config", "check", folder.Write("run.yaml", Write("wrong", aggregator)));

        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains(problem, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebasin_OfABlob_IsRefused()
    {
        var text = "kind: federated\nname: blob\nrounds: 1\ndata: { source: none }\nmodel: { name: blob }\naggregator: { name: rebasin }\n";

        var ended = await Invocation.RunAsync("config", "check", folder.Write("run.yaml", text));

        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("aggregator.name: rebasin aligns hidden units, and model blob has none", ended.Error, StringComparison.Ordinal);
    }

    private async Task<Invocation> SimulateAsync(string name, string aggregator, params string[] more)
    {
        var ended = await Invocation.RunAsync(
            ["simulate", folder.Write("run.yaml", Write(name, aggregator)), "--out", folder.Path, "--format", "json", .. more]);
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        return ended;
    }

    private static string Write(string name, string aggregator) =>
        Samples.Small.Replace("name: small", $"name: {name}", StringComparison.Ordinal) + $"\naggregator: {aggregator}\n";

    private static string Hash(Invocation ended) => ended.Json.GetProperty("modelHash").GetString()!;

    private static double Accuracy(Invocation ended) => ended.Json.GetProperty("metrics").GetProperty("accuracy").GetDouble();

    private static RoundRecord[] Records(Invocation ended) =>
        [.. File.ReadLines(Path.Combine(ended.Json.GetProperty("artifacts").GetString()!, "rounds.jsonl")).Select(RoundRecord.Parse)];
}
