using System.Diagnostics;
using Distributed.Protocols.Telemetry;
using Xunit;

namespace Distributed.Protocols.Tests.Telemetry;

public sealed class TraceFileTests : IDisposable
{
    private const string SourceName = "trace-file-tests";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("trace-");

    private string TracePath => Path.Combine(folder.FullName, "trace.jsonl");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Spans_BehindTheHalfLineOfAKilledProcess_BeginOnALineOfTheirOwn()
    {
        await File.WriteAllTextAsync(TracePath, "{\"whole\":1}\n{\"hal");
        await WriteAsync(TracePath);

        var lines = await File.ReadAllLinesAsync(TracePath);
        Assert.Equal("{\"whole\":1}", lines[0]);
        Assert.Contains("\"round\"", Assert.Single(lines[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_PathThatCannotBeWritten_AreLostAndNothingElse()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "");
        await WriteAsync(Path.Combine(folder.FullName, "file", "trace.jsonl"));
        await WriteAsync(folder.FullName);
    }

    private static async Task WriteAsync(string path)
    {
        using var source = new ActivitySource(SourceName);
        await using var file = new TraceFile(_ => path, SourceName);
        using var span = source.StartActivity("round");
        span!.SetTag(TelemetryNames.Attributes.RunId, "run-a");
    }
}
