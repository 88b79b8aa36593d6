using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Runs;

/// <summary>A run's artefacts under <c>DATA/runs/ID</c>. Whole files are written aside and renamed, so that a reader never sees half of one.</summary>
internal sealed class RunFolder
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The folder of a run below <paramref name="root"/>.</summary>
    /// <exception cref="ArgumentException">The id is not an <see cref="EntityName"/>.</exception>
    public RunFolder(string root, string runId)
    {
        if (!EntityName.IsValid(runId))
        {
            throw new ArgumentException("A run's id reached the artefacts unchecked.", nameof(runId));
        }

        Directory = System.IO.Path.Combine(root, runId);
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>One line a round.</summary>
    public string RoundsPath => Path("rounds.jsonl");

    /// <summary>The coordinator's spans of this run.</summary>
    public string TracePath => Path("trace.jsonl");

    /// <summary>The rounds as a table for programs.</summary>
    public string MetricsPath => Path("metrics.csv");

    /// <summary>Who has which data; null before a node has told.</summary>
    public PartitionRecord? ReadPartition() => ReadPartitionText() is { } text ? PartitionRecord.Parse(text) : null;

    /// <summary>As <see cref="ReadPartition"/>, as it stands in the file.</summary>
    public string? ReadPartitionText() => File.Exists(Path("partition.json")) ? File.ReadAllText(Path("partition.json")).TrimEnd('\n') : null;

    /// <summary>The canonical specification, or null.</summary>
    public string? ReadSpec() => File.Exists(Path("run.json")) ? File.ReadAllText(Path("run.json")) : null;

    /// <summary>Whether the run has ended and everything about it is written.</summary>
    public bool HasSummary => File.Exists(Path("summary.json"));

    /// <summary>Writes the specification; the run exists from here on, so it is made durable.</summary>
    public void WriteSpec(string json)
    {
        System.IO.Directory.CreateDirectory(Directory);
        Replace("run.json", json, durable: true);
    }

    /// <summary>Writes who has which data.</summary>
    public void WritePartition(string json) => Replace("partition.json", json + "\n", durable: true);

    /// <summary>Writes the summary; the last file of a run.</summary>
    public void WriteSummary(object summary) => Replace("summary.json", JsonSerializer.Serialize(summary, Indented) + "\n", durable: true);

    /// <summary>The run goes on: it has no summary until it ends again.</summary>
    public void RemoveSummary() => File.Delete(Path("summary.json"));

    /// <summary>The lines that are out. A line cut off by a crash is removed, so that the next one begins on its own.</summary>
    public ImmutableArray<RoundRecord> ReadRounds()
    {
        if (!File.Exists(RoundsPath))
        {
            return [];
        }

        using var file = new FileStream(RoundsPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        file.SetLength(whole);
        return [.. Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(RoundRecord.Parse)];
    }

    /// <summary>Gives the final model its name here.</summary>
    /// <param name="model">The checkpoint, open for reading.</param>
    public void WriteModel(SafeFileHandle model)
    {
        var aside = Path("model.safetensors.tmp");
        using (var source = new FileStream(model, FileAccess.Read, bufferSize: 0))
        using (var target = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            source.CopyTo(target, 1 << 20);
        }

        File.Move(aside, Path("model.safetensors"), overwrite: true);
    }

    /// <summary>What the aggregator passes from the round that made <paramref name="version"/> to the next; empty: nothing.</summary>
    public ReadOnlyMemory<byte> ReadAggregatorState(long version) =>
        File.Exists(StatePath(version)) ? File.ReadAllBytes(StatePath(version)) : ReadOnlyMemory<byte>.Empty;

    /// <summary>The clients' own buffers with a version, open for reading; null: there are none.</summary>
    public FileStream? OpenBuffers(long version) =>
        File.Exists(BuffersPath(version)) ? new FileStream(BuffersPath(version), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    /// <summary>Keeps the clients' own buffers with a version, before that version is committed.</summary>
    public void WriteBuffers(long version, Action<Stream> write, bool durable)
    {
        var aside = BuffersPath(version) + ".tmp";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
        {
            write(file);
            file.Flush(flushToDisk: durable);
        }

        File.Move(aside, BuffersPath(version), overwrite: true);
    }

    /// <summary>Keeps what the aggregator passes on with <paramref name="version"/>, before that version is committed.</summary>
    public void WriteAggregatorState(long version, ReadOnlyMemory<byte> state, bool durable)
    {
        if (!state.IsEmpty)
        {
            var aside = StatePath(version) + ".tmp";
            using (var file = File.OpenHandle(aside, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, state.Span, 0);
                if (durable)
                {
                    RandomAccess.FlushToDisk(file);
                }
            }

            File.Move(aside, StatePath(version), overwrite: true);
        }
    }

    /// <summary>Removes what belongs to versions before <paramref name="keepFrom"/>.</summary>
    public void PruneAggregatorStates(long keepFrom)
    {
        for (var version = keepFrom - 1; version >= 0 && File.Exists(StatePath(version)); version--)
        {
            File.Delete(StatePath(version));
        }

        for (var version = keepFrom - 1; version >= 0 && File.Exists(BuffersPath(version)); version--)
        {
            File.Delete(BuffersPath(version));
        }
    }

    private string BuffersPath(long version) => Path(string.Create(CultureInfo.InvariantCulture, $"buffers-v{version}.safetensors"));

    private string StatePath(long version) => Path(string.Create(CultureInfo.InvariantCulture, $"aggregator-v{version}.state"));

    private string Path(string name) => System.IO.Path.Combine(Directory, name);

    private void Replace(string name, string text, bool durable)
    {
        var aside = Path(name + ".tmp");
        using (var file = File.OpenHandle(aside, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
            if (durable)
            {
                RandomAccess.FlushToDisk(file);
            }
        }

        File.Move(aside, Path(name), overwrite: true);
    }
}
