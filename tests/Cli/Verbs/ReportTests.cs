using Distributed.Cli.Output;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Tests.Verbs;

public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Report_OfARunThatWasKilled_IsMadeFromItsFolderAlone()
    {
        var run = Run("a-run");
        var ended = await Invocation.RunAsync("report", run, "--format", "json");
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal("a-run", ended.Json.GetProperty("run").GetString());
        var page = await File.ReadAllTextAsync(ended.Json.GetProperty("report").GetString()!);
        Assert.Contains("not ended", page, StringComparison.Ordinal);
        Assert.Contains("50 %", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out", "")]
    [InlineData("--data", "..")]
    public async Task Report_ById_LooksInTheFoldersOfRuns(string option, string parent)
    {
        Run(Path.Combine("runs", "a-run"));
        var ended = await Invocation.RunAsync("report", "a-run", option, Path.GetFullPath(Path.Combine(folder.Path, "runs", parent)));
        Assert.True(ended.ExitCode == ExitCode.Done, ended.Error);
        Assert.Equal(Path.Combine(folder.Path, "runs", "a-run", "report.html"), ended.Out.Trim());
        Assert.True(File.Exists(ended.Out.Trim()));
    }

    [Fact]
    public async Task Report_OfNoRun_SaysWhereItLooked()
    {
        var ended = await Invocation.RunAsync("report", "absent", "--out", folder.Path, "--format", "json");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Equal("NOT_FOUND", ended.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(Path.Combine(folder.Path, "absent"), ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfABrokenFile_NamesItAndTheLine()
    {
        var run = Run("a-run");
        File.WriteAllText(Path.Combine(run, "rounds.jsonl"), "{}\n{}\n");
        var ended = await Invocation.RunAsync("report", run, "--format", "json");
        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("rounds.jsonl: line 1", ended.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(run, "report.html")));
    }

    private string Run(string name)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        var record = new RoundRecord
        {
            Round = 1, Outcome = "committed", Version = 1, ModelHash = "", Cohort = [0], Used = [], Refused = [], Dropped = [], Accuracy = 0.5,
            Started = default, Seconds = 1, BytesUp = 1, BytesDown = 1, Durable = false,
        };
        File.WriteAllText(Path.Combine(path, "rounds.jsonl"), record.ToJson() + "\n");
        return path;
    }
}
