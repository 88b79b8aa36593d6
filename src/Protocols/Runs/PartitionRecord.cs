using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocols.Runs;

/// <summary>The contents of <c>partition.json</c>: how many examples of which class each client has, as far as the nodes have told.</summary>
public sealed record PartitionRecord
{
    /// <summary>Most counts (clients times classes) that are told and kept.</summary>
    public const int MaximumCounts = 1_000_000;

    private const int MaximumEngines = 16;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Training examples by client id; 0: none, or only nodes that have not joined yet know.</summary>
    public required ImmutableArray<long> Examples { get; init; }

    /// <summary>Test examples.</summary>
    public required long TestExamples { get; init; }

    /// <summary>What trains, e.g. <c>libtorch 2.x cpu</c>; each of the nodes' answers once, in ordinal order, the first 16.</summary>
    public ImmutableArray<string> Engines { get; init; } = [];

    /// <summary>Number of classes; 0: the task has none.</summary>
    public int Classes { get; init; }

    /// <summary>Training examples by client id and class; null without classes, or beyond <see cref="MaximumCounts"/>.</summary>
    public ImmutableArray<ImmutableArray<long>>? Counts { get; init; }

    /// <summary>Together with what another node tells of the same partition.</summary>
    /// <param name="other">Of the same number of clients.</param>
    /// <exception cref="ArgumentException">It is of another number of clients.</exception>
    public PartitionRecord With(PartitionRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Examples.Length != Examples.Length)
        {
            throw new ArgumentException($"A partition of {other.Examples.Length} clients, expected {Examples.Length}.", nameof(other));
        }

        var own = Examples;
        return new()
        {
            Examples = [.. own.Select((examples, client) => Math.Max(examples, other.Examples[client]))],
            TestExamples = Math.Max(TestExamples, other.TestExamples),
            Engines = [.. Engines.Union(other.Engines).Order(StringComparer.Ordinal).Take(MaximumEngines)],
            Classes = Math.Max(Classes, other.Classes),
            Counts = Counts is { } counts && other.Counts is { } more && Classes == other.Classes
                ? [.. counts.Select((row, client) => own[client] > 0 ? row : more[client])]
                : Counts ?? other.Counts,
        };
    }

    /// <summary>The file's text, one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads it back.</summary>
    /// <exception cref="JsonException">It is no such record.</exception>
    public static PartitionRecord Parse(string json)
    {
        var record = JsonSerializer.Deserialize<PartitionRecord>(json, Options) ?? throw new JsonException("The partition is empty.");
        var fits = !record.Examples.IsDefault && (record.Counts is not { } counts
            || (counts.Length == record.Examples.Length && counts.All(row => !row.IsDefault && row.Length == record.Classes)));
        return fits ? record : throw new JsonException("The partition's counts do not fit its clients and classes.");
    }
}
