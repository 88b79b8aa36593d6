using System.Text.Json;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Output;
using Distributed.Cli.Tests.RunFiles;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Tests.Verbs;

public sealed class SimulateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Simulation_OfASmallFederation_EndsWithEveryFileAndTheJsonLine()
    {
        var ended = await SimulateAsync();
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        var result = ended.Json;
        Assert.Equal(
            ["run", "status", "rounds", "metrics", "seconds", "totalSeconds", "modelHash", "artifacts"],
            result.EnumerateObject().Select(property => property.Name));
        Assert.Equal("completed", result.GetProperty("status").GetString());
        Assert.Equal(3, result.GetProperty("rounds").GetInt32());
        Assert.InRange(result.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0, 1);
        Assert.InRange(result.GetProperty("seconds").GetDouble(), 0, result.GetProperty("totalSeconds").GetDouble());

        var artifacts = result.GetProperty("artifacts").GetString()!;
        Assert.Equal(
            ["metrics.csv", "model.safetensors", "partition.json", "report.html", "rounds.jsonl", "run.json", "summary.json", "trace.jsonl"],
            Directory.EnumerateFileSystemEntries(artifacts).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Path.GetFileName(artifacts), result.GetProperty("run").GetString());
        var records = File.ReadLines(Path.Combine(artifacts, "rounds.jsonl")).Select(RoundRecord.Parse).ToArray();
        Assert.Equal([1, 2, 3], records.Select(record => record.Round));
        Assert.All(records, record => Assert.Equal([0, 1, 2, 3], record.Used.Select(used => used.Client)));
        Assert.Equal(4, File.ReadAllLines(Path.Combine(artifacts, "metrics.csv")).Length);
        var partition = PartitionRecord.Parse(File.ReadAllText(Path.Combine(artifacts, "partition.json")));
        Assert.Equal((10, 400, 200), (partition.Classes, partition.Examples.Sum(), partition.TestExamples));
        Assert.Equal(partition.Examples, partition.Counts!.Value.Select(row => row.Sum()));
        AssertModel(Path.Combine(artifacts, "model.safetensors"), result.GetProperty("modelHash").GetString()!);
        var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(artifacts, "summary.json"))).RootElement;
        Assert.Equal("small", summary.GetProperty("spec").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Simulation_OnOneTwoOrFourWorkers_GivesTheSameModel()
    {
        var hashes = new HashSet<string>();
        foreach (var workers in new[] { 1, 2, 4 })
        {
            var ended = await SimulateAsync("--set", $"simulation.workers={workers}");
            Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
            hashes.Add(ended.Json.GetProperty("modelHash").GetString()!);
        }

        Assert.Single(hashes);
    }

    [Fact]
    public async Task Simulation_AsAProcess_PrintsALineARoundAndWhereTheFilesAre()
    {
        var path = folder.Write("run.yaml", Samples.Small);
        using var process = new DistProcess("simulate", path, "--out", folder.Path);
        var ended = await process.EndAsync();
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Empty(ended.Error);
        var lines = ended.Out.TrimEnd().Split('\n');
        Assert.Equal(["round 1/3", "round 2/3", "round 3/3"], lines.Where(line => line.StartsWith("round ", StringComparison.Ordinal)).Select(line => line[..9]));
        Assert.StartsWith("files        " + folder.Path, lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', ended.Out);
    }

    [Fact]
    public async Task Simulation_ThatIsInterrupted_StopsCleanlyWithFive()
    {
        var path = folder.Write("run.yaml", Samples.Small);
        using var process = new DistProcess("simulate", path, "--out", folder.Path, "--set", "rounds=100000");
        while (await process.ReadLineAsync() is { } line && !line.StartsWith("round ", StringComparison.Ordinal))
        {
        }

        process.Interrupt();
        var ended = await process.EndAsync();
        Assert.Equal(ExitCode.Interrupted, ended.ExitCode);
        Assert.Contains("stopped", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulation_WithoutItsDataFiles_FailsAndNamesThem()
    {
        var path = folder.Write("run.yaml", Samples.Small);
        var ended = await Invocation.RunAsync(
            "simulate", path, "--out", folder.Path, "--set", "data.source=mnist", "--set", $"data.path={folder.Path}/absent", "--format", "json");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Equal("failed", ended.Json.GetProperty("status").GetString());
        Assert.Contains("absent", ended.Error, StringComparison.Ordinal);
    }

    private Task<Invocation> SimulateAsync(params string[] more) => Invocation.RunAsync(
        ["simulate", folder.Write("run.yaml", Samples.Small), "--out", folder.Path, "--format", "json", .. more]);

    private static void AssertModel(string path, string hash)
    {
        Assert.Equal(hash, ContentHash.Of(File.ReadAllBytes(path)).Hex);
        using var stream = File.OpenRead(path);
        Assert.True(Safetensors.Load(stream).Manifest.Count > 0);
    }
}
