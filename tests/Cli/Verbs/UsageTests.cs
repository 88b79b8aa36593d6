using Distributed.Cli.Output;
using Distributed.Cli.Tests.RunFiles;
using Distributed.Cli.Verbs;

namespace Distributed.Cli.Tests.Verbs;

public sealed class UsageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bogus")]
    [InlineData("simulate")]
    [InlineData("status", "--coordinator", "nowhere")]
    [InlineData("coordinator", "--port", "70000")]
    [InlineData("coordinator", "--port", "x")]
    [InlineData("node", "--workers", "0")]
    [InlineData("node", "--clients", "3-1")]
    [InlineData("node", "--name", "../x")]
    [InlineData("ls", "--format", "xml")]
    public async Task CommandLine_WithAMistake_EndsWithTwoAndWritesNothingToStandardOutput(params string[] args)
    {
        var ended = await Invocation.RunAsync(args);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Empty(ended.Out);
        Assert.StartsWith("dist: ", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:9")]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("[::1]:9")]
    public async Task Coordinator_AddressAsPeopleWriteIt_IsTaken(string address)
    {
        var ended = await Invocation.RunAsync("status", "--coordinator", address);
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("no coordinator answers", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulation_WithMoreNodesAskedForThanWorkers_EndsWithTwo()
    {
        var ended = await Invocation.RunAsync("simulate", folder.Write("run.yaml", Samples.Small), "--set", "cohort.minimumNodes=3", "--out", folder.Path);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("cohort.minimumNodes: 3 is more than simulation.workers", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_WithAMistake_IsSaidLikeAnOption()
    {
        var ended = await Invocation.RunAsync(
            new Dictionary<string, string> { ["DIST_COORDINATOR"] = "nowhere" }, ["status"], CancellationToken.None);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
    }

    [Theory]
    [InlineData("simulate")]
    [InlineData("run")]
    public async Task RunFile_WithMistakes_EndsWithTwoBeforeAnythingStarts(string verb)
    {
        var path = folder.Write("run.yaml", Samples.Small.Replace("glyphs", "glyps", StringComparison.Ordinal).Replace("mlp", "mpl", StringComparison.Ordinal));
        var ended = await Invocation.RunAsync(verb, path, "--set", "aggregator.name=fedagv", "--format", "json", "--out", folder.Path);
        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("did you mean 'glyphs'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("did you mean 'mlp'", ended.Error, StringComparison.Ordinal);
        Assert.Contains("'fedavg'", ended.Error, StringComparison.Ordinal);
        Assert.Equal("failed", ended.Json.GetProperty("status").GetString());
        Assert.Equal("RUN_FILE", ended.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["run.yaml"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("ls")]
    [InlineData("stop", "a-run")]
    public async Task Coordinator_ThatIsAbsent_IsSaidWithWhatToDo(params string[] args)
    {
        var ended = await Invocation.RunAsync([.. args, "--coordinator", "http://127.0.0.1:1", "--format", "json"]);
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("./dist coordinator", ended.Error, StringComparison.Ordinal);
        Assert.Equal("UNAVAILABLE", ended.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("0,3,5-7", new[] { 0, 3, 5, 6, 7 })]
    [InlineData(" 2 , 1 ", new[] { 1, 2 })]
    public void ClientList_OfNumbersAndRanges_IsRead(string text, int[] expected)
    {
        Assert.True(ClientList.TryParse(text, out var clients));
        Assert.Equal(expected, clients.AsEnumerable());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("a")]
    [InlineData("1-2-3")]
    [InlineData("0-2000000000")]
    public void ClientList_OfAnythingElse_IsRefused(string text) => Assert.False(ClientList.TryParse(text, out _));
}
