using System.Text.Json;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Verbs;

/// <summary>Merges of models that this program trained: the run's own folder says what they are.</summary>
public sealed class MergeRunTests : IClassFixture<TrainedModels>, IDisposable
{
    private readonly TrainedModels trained;
    private readonly TemporaryFolder folder = new();

    public MergeRunTests(TrainedModels trained) => this.trained = trained;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task WeightMatching_OfTwoRuns_KeepsTheFunctionAndMeasuresTheBarrier()
    {
        var ended = await MergeAsync("--method", "weight-matching", "--plot", Path.Combine(folder.Path, "curve.svg"), "--points", "5");

        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        var match = ended.Json.GetProperty("match");
        Assert.True(match.GetProperty("difference").GetDouble() <= match.GetProperty("allowed").GetDouble());
        Assert.True(match.GetProperty("after").GetDouble() > match.GetProperty("before").GetDouble());
        var barriers = ended.Json.GetProperty("barriers");
        Assert.Equal(5, barriers.GetProperty("naive").GetProperty("test").GetProperty("losses").GetArrayLength());
        Assert.InRange(barriers.GetProperty("matched").GetProperty("train").GetProperty("linear").GetDouble(), 0, Barrier(barriers, "naive"));
        Assert.True(Barrier(barriers, "matched") < Barrier(barriers, "naive"));
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(Path.Combine(folder.Path, "curve.svg")), StringComparison.Ordinal);
        Assert.True(Loss(ended.Json, "matched") < Loss(ended.Json, "naive"));
    }

    [Theory]
    [InlineData("rescale")]
    [InlineData("repair")]
    [InlineData("reshift")]
    [InlineData("closed-form")]
    public async Task Repair_OfAMatchedMix_IsWhatIsWritten(string repair)
    {
        var ended = await MergeAsync("--method", "activation-matching", "--repair", repair);
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(repair, ended.Json.GetProperty("repair").GetString());
        var ratios = ended.Json.GetProperty("layers").GetProperty($"matched, {repair}").EnumerateArray().Select(layer => layer.GetProperty("varianceRatio").GetDouble());
        if (repair is "repair" or "rescale")
        {
            Assert.All(ratios, ratio => Assert.InRange(ratio, 0.5, 1.5));
        }

        var again = await Invocation.RunAsync(
            "merge", Path.Combine(folder.Path, "c.safetensors"), "--method", "prune", "--set", "sparsity=0", "--run", trained.RunFile, "-o", Path.Combine(folder.Path, "d.safetensors"),
            "--repair", "none", "--examples", "300", "--format", "json");
        Assert.True(again.ExitCode == ExitCode.Done, again.Error);
        Assert.Equal(Loss(ended.Json, $"matched, {repair}"), Loss(again.Json, "merged"), 1e-6);
    }

    [Fact]
    public async Task Reset_OfAModelWithoutBatchNorm_IsRefused()
    {
        var ended = await MergeAsync("--method", "weight-matching", "--repair", "reset");
        Assert.Equal(ExitCode.Refused, ended.ExitCode);
        Assert.Contains("no BatchNorm", ended.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task StraightThrough_OfTwoRuns_LowersTheLossOfTheMidpoint()
    {
        var ended = await MergeAsync("--method", "straight-through", "--set", "steps=10", "--set", "validateEvery=5", "--repair", "none");
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        var match = ended.Json.GetProperty("match");
        Assert.True(match.GetProperty("after").GetDouble() < match.GetProperty("before").GetDouble());
    }

    [Fact]
    public async Task GreedySoup_OfTwoRuns_KeepsTheBest()
    {
        var ended = await MergeAsync("--method", "greedy-soup");
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.NotEqual(0, ended.Json.GetProperty("details").GetProperty("kept").GetArrayLength());
    }

    [Fact]
    public async Task Bcwi_WithARun_ChoosesAsMuchOfTheOldModelAsTheAccuracyAllows()
    {
        var ended = await MergeAsync("--method", "bcwi", "--run", trained.RunFile);
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        var details = ended.Json.GetProperty("details");
        var curve = details.GetProperty("curve").EnumerateArray().ToArray();
        var enough = curve[0].GetProperty("accuracy").GetDouble();
        Assert.Equal(
            curve.Where(point => point.GetProperty("accuracy").GetDouble() >= enough).Max(point => point.GetProperty("alpha").GetDouble()),
            details.GetProperty("alpha").GetDouble());
        Assert.Equal(0, curve[^1].GetProperty("negativeFlips").GetDouble());
    }

    [Fact]
    public async Task Specification_ThatChangesTheFunction_IsRefused()
    {
        // The bias of the first layer stays where it is.
        var spec = folder.Write("spec.yaml", "fc1.weight: [P0, ~]\nfc2.weight: [~, [P0, 1]]");
        var ended = await MergeAsync("--method", "weight-matching", "--spec", spec, "--run", trained.RunFile);
        Assert.Equal(ExitCode.Refused, ended.ExitCode);
        Assert.Contains("'fc1.bias'", ended.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Models_OfAnotherRun_AreRefusedNamingTheTensor()
    {
        var run = folder.Write("run.yaml", TrainedModels.Run.Replace("[24, 16]", "[24, 12]", StringComparison.Ordinal));
        var ended = await MergeAsync("--method", "weight-matching", "--run", run);
        Assert.Equal(ExitCode.Refused, ended.ExitCode);
        Assert.Contains("Tensor 'fc2.weight' is", ended.Error, StringComparison.Ordinal);
    }

    private static double Barrier(JsonElement barriers, string line) => barriers.GetProperty(line).GetProperty("train").GetProperty("endpointMean").GetDouble();

    private static double Loss(JsonElement result, string name) => result.GetProperty("scores").GetProperty(name).GetProperty("train").GetProperty("loss").GetDouble();

    private Task<Invocation> MergeAsync(params string[] options) => Invocation.RunAsync(
        ["merge", trained.Models[0], trained.Models[1], "-o", Path.Combine(folder.Path, "c.safetensors"), "--format", "json", "--examples", "300", .. options]);
}

/// <summary>Two models of one run file, from different seeds.</summary>
public sealed class TrainedModels : IAsyncLifetime, IDisposable
{
    /// <summary>The run file.</summary>
    public const string Run = """
        kind: federated
        name: pair
        rounds: 1
        data: { source: glyphs, clients: 1, train: 400, test: 200 }
        model: { name: mlp, hidden: [24, 16] }
        training: { epochs: 6, batch: 20, optimizer: { name: adam, learningRate: 0.003 } }
        durable: false
        """;

    private readonly TemporaryFolder folder = new();

    public string RunFile { get; private set; } = "";

    public IReadOnlyList<string> Models { get; private set; } = [];

    public async Task InitializeAsync()
    {
        RunFile = folder.Write("pair.yaml", Run);
        var models = new List<string>();
        foreach (var seed in (int[])[1, 2])
        {
            var ended = await Invocation.RunAsync("simulate", RunFile, "--set", $"seed={seed}", "--out", folder.Path, "--format", "json");
            Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
            models.Add(Path.Combine(ended.Json.GetProperty("artifacts").GetString()!, "model.safetensors"));
        }

        Models = models;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => folder.Dispose();
}
