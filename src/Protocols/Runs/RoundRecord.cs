using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Protocols.Runs;

/// <summary>One line of <c>rounds.jsonl</c>: everything that happened in a round, with every refusal and every client that did not report.</summary>
public sealed record RoundRecord
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>1, 2, …</summary>
    public required int Round { get; init; }

    /// <summary><c>committed</c> or <c>abandoned</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Version of the model after the round; unchanged by an abandoned one.</summary>
    public required long Version { get; init; }

    /// <summary>SHA-256 of that version's file.</summary>
    public required string ModelHash { get; init; }

    /// <summary>Clients drawn, ascending.</summary>
    public required ImmutableArray<int> Cohort { get; init; }

    /// <summary>Updates in the aggregate, ascending by client, with their coefficients.</summary>
    public required ImmutableArray<UsedUpdate> Used { get; init; }

    /// <summary>What was refused, in order of arrival.</summary>
    public required ImmutableArray<RefusedUpdate> Refused { get; init; }

    /// <summary>Clients of the cohort without an admitted update, with the reason.</summary>
    public required ImmutableArray<DroppedClient> Dropped { get; init; }

    /// <summary>Why the round was abandoned.</summary>
    public string? Reason { get; init; }

    /// <summary>Accuracy on the test examples, 0 to 1; absent when the version was not evaluated.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Mean loss over the test examples.</summary>
    public double? Loss { get; init; }

    /// <summary>How well the held-out text of each domain is predicted, by its name; absent where the task has no text.</summary>
    public ImmutableSortedDictionary<string, DomainScore>? Domains { get; init; }

    /// <summary>Mean of the clients' training losses, weighted by examples.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>When the round was planned, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>From plan to commit, by a monotonic clock.</summary>
    public required double Seconds { get; init; }

    /// <summary>Bytes of updates received.</summary>
    public required long BytesUp { get; init; }

    /// <summary>Bytes of models sent.</summary>
    public required long BytesDown { get; init; }

    /// <summary>fsync calls of the round: one an update file, one a spool directory batch, and those of the commit; 0 when not durable.</summary>
    public int Fsyncs { get; init; }

    /// <summary>Whether acknowledgements and the commit were made durable by fsync.</summary>
    public required bool Durable { get; init; }

    /// <summary>Trace of the round, 32 hexadecimal characters; absent without tracing.</summary>
    public string? TraceId { get; init; }

    /// <summary>The aggregator's own report, e.g. learned weights.</summary>
    public JsonElement? Report { get; init; }

    /// <summary>The line, without its line feed.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads a line back.</summary>
    /// <exception cref="JsonException">It is not a round record.</exception>
    public static RoundRecord Parse(string json) =>
        JsonSerializer.Deserialize<RoundRecord>(json, Options) ?? throw new JsonException("The line is empty.");
}

/// <summary>An update in the aggregate.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Node">Node that trained it.</param>
/// <param name="Coefficient">Its share of the new model, before any per-layer factor.</param>
/// <param name="Examples">Examples trained on.</param>
/// <param name="TrainLoss">Mean training loss of its last local epoch.</param>
/// <param name="TrainSeconds">Seconds of local training.</param>
public sealed record UsedUpdate(int Client, string Node, double Coefficient, long Examples, double TrainLoss, double TrainSeconds)
{
    /// <summary>The client's own figures about its update by name, e.g. <c>rebasin.moved</c>; absent where it sent none.</summary>
    public ImmutableSortedDictionary<string, double>? Metrics { get; init; }
}

/// <summary>A refused upload.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Node">Node that sent it.</param>
/// <param name="Code">Wire name of the refusal code.</param>
/// <param name="Detail">The refusal's text.</param>
public sealed record RefusedUpdate(int Client, string Node, string Code, string Detail);

/// <summary>A client of the cohort that is not in the aggregate.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Reason">E.g. <c>no update before the deadline; node worker-2 lost</c>.</param>
public sealed record DroppedClient(int Client, string Reason);
