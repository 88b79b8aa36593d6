using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Cli.Output;
using Distributed.Coordinator.Runs;
using Distributed.Protocols.Runs;
using Distributed.Reports.Drawing;
using Distributed.Reports.Facts;
using Distributed.Reports.Pages;

namespace Distributed.Cli.Artifacts;

/// <summary>The files of a run: <c>run.json</c>, <c>partition.json</c>, <c>rounds.jsonl</c>, <c>metrics.csv</c>, <c>summary.json</c>, <c>model.safetensors</c>, <c>trace.jsonl</c>.</summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly StreamWriter rounds;
    private StreamWriter metrics;
    private ImmutableSortedSet<string> figures = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    private RunFolder(string path)
    {
        Path = path;
        rounds = new StreamWriter(Rounds);
        metrics = new StreamWriter(Metrics) { NewLine = MetricsCsv.LineEnd };
        metrics.WriteLine(MetricsCsv.Header(figures));
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the final model goes.</summary>
    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

    private string Rounds => System.IO.Path.Combine(Path, "rounds.jsonl");

    private string Metrics => System.IO.Path.Combine(Path, "metrics.csv");

    /// <summary>Makes <c>PARENT/RUN</c>.</summary>
    /// <exception cref="IOException">It cannot be made or written.</exception>
    public static RunFolder Create(string parent, string runId, RunSpec spec)
    {
        var path = Directory.CreateDirectory(System.IO.Path.Combine(parent, runId)).FullName;
        File.WriteAllText(System.IO.Path.Combine(path, "run.json"), RunSpecJson.Write(spec));
        return new(path);
    }

    /// <summary>Writes a round down; the line goes to the file as it came.</summary>
    public void Add(RoundRecord record, string line)
    {
        rounds.WriteLine(line);
        rounds.Flush();
        if (MetricsCsv.With(figures, record).Count > figures.Count)
        {
            // A figure that no round had before is a new column.
            metrics.Dispose();
            figures = MetricsCsv.Write(Rounds, Metrics);
            metrics = new StreamWriter(Metrics, append: true) { NewLine = MetricsCsv.LineEnd };
            return;
        }

        metrics.WriteLine(MetricsCsv.Line(record, figures));
        metrics.Flush();
    }

    /// <summary>Writes who has which data.</summary>
    public void WritePartition(string json) => File.WriteAllText(System.IO.Path.Combine(Path, "partition.json"), json + "\n");

    /// <summary>Writes how it ended, with the specification that it ran.</summary>
    public void Summarize(ResultJson result, RunSpec spec)
    {
        var summary = result.ToMapping();
        summary["spec"] = JsonNode.Parse(RunSpecJson.Write(spec));
        summary["specHash"] = RunSpecJson.Hash(spec).Hex;
        File.WriteAllText(System.IO.Path.Combine(Path, "summary.json"), summary.ToJsonString(Indented) + "\n");
    }

    /// <summary>Makes the page for people from the files that are here.</summary>
    /// <returns>Its path.</returns>
    public string Report() => ReportFile.Write(Path);

    /// <summary>Takes over a file of spans, where there is one.</summary>
    public void TakeTrace(string path)
    {
        if (File.Exists(path))
        {
            File.Move(path, System.IO.Path.Combine(Path, "trace.jsonl"), overwrite: true);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        rounds.Dispose();
        metrics.Dispose();
    }
}
