using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Protocols.Runs;

namespace Distributed.Reports.Facts;

/// <summary>Reads a run's folder, the coordinator's or the one beside a run file, whether the run has ended or not.</summary>
internal static class RunHistoryReader
{
    private static readonly string[] Marks = ["run.json", "rounds.jsonl", "summary.json"];

    /// <summary>Whether this is the folder of a run.</summary>
    public static bool IsRun(string folder) =>
        Marks.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Reads the files that are there.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is not what its name says; the message names it.</exception>
    public static RunHistory Read(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var summary = ReadObject(Path.Combine(path, "summary.json"));
        var absences = new AbsenceLedger();
        return new RunHistory
        {
            RunId = Path.GetFileName(path),
            Spec = ReadObject(Path.Combine(path, "run.json")) ?? summary?["spec"] as JsonObject,
            Ending = summary is null ? null : EndingOf(summary),
            Partition = ReadPartition(Path.Combine(path, "partition.json")),
            Rounds = ReadRounds(Path.Combine(path, "rounds.jsonl"), absences),
            Absences = absences,
        };
    }

    /// <summary>The records of a <c>rounds.jsonl</c>, one at a time. A last line that is still being written is left out.</summary>
    /// <exception cref="InvalidDataException">A line is no record.</exception>
    public static IEnumerable<RoundRecord> Records(string path)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (Parse(line, path, number, isLast: reader.Peek() < 0) is { } record)
            {
                yield return record;
            }
        }
    }

    private static RoundRecord? Parse(string line, string path, int number, bool isLast)
    {
        try
        {
            return RoundRecord.Parse(line);
        }
        catch (JsonException) when (isLast)
        {
            return null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: line {number} is no round record ({error.Message})", error);
        }
    }

    private static ImmutableArray<RoundFacts> ReadRounds(string path, AbsenceLedger absences)
    {
        var rounds = ImmutableArray.CreateBuilder<RoundFacts>();
        foreach (var record in Records(path))
        {
            absences.Add(record);
            rounds.Add(RoundFacts.Of(record));
        }

        return rounds.ToImmutable();
    }

    private static PartitionRecord? ReadPartition(string path)
    {
        try
        {
            return File.Exists(path) ? PartitionRecord.Parse(File.ReadAllText(path)) : null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: is no partition ({error.Message})", error);
        }
    }

    private static JsonObject? ReadObject(string path)
    {
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new InvalidDataException($"{path}: is no mapping") : null;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: is no JSON ({error.Message})", error);
        }
    }

    // The coordinator's summary says "reason", the command's "detail".
    private static RunEnding EndingOf(JsonObject summary) => new(
        Text(summary, "status"), Text(summary, "reason") is { Length: > 0 } reason ? reason : Text(summary, "detail"), Text(summary, "modelHash"),
        summary["seconds"] is JsonValue value && value.TryGetValue<double>(out var seconds) ? seconds : null);

    private static string Text(JsonObject mapping, string key) => mapping[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
