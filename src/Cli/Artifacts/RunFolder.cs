using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Cli.Output;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Artifacts;

/// <summary>The files of a run: <c>run.json</c>, <c>partition.json</c>, <c>rounds.jsonl</c>, <c>metrics.csv</c>, <c>summary.json</c>, <c>model.safetensors</c>, <c>trace.jsonl</c>.</summary>
internal sealed class RunFolder : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly StreamWriter rounds;
    private readonly StreamWriter metrics;

    private RunFolder(string path)
    {
        Path = path;
        rounds = new StreamWriter(System.IO.Path.Combine(path, "rounds.jsonl"));
        metrics = new StreamWriter(System.IO.Path.Combine(path, "metrics.csv"));
        metrics.WriteLine("round,version,outcome,accuracy,loss,train_loss,clients,used,refused,dropped,seconds,bytes_up,bytes_down,fsyncs");
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the final model goes.</summary>
    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

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
        metrics.WriteLine(string.Join(',', new object?[]
        {
            record.Round, record.Version, record.Outcome, record.Accuracy, record.Loss, record.TrainLoss, record.Cohort.Length, record.Used.Length,
            record.Refused.Length, record.Dropped.Length, record.Seconds, record.BytesUp, record.BytesDown, record.Fsyncs,
        }.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
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
