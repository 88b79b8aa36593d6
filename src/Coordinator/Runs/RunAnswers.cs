using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <summary>Answer to a submission.</summary>
/// <param name="Code">Wire name of the refusal; empty: submitted, or the same run as before.</param>
/// <param name="Detail">The refusal's text.</param>
[GenerateSerializer, Immutable, Alias("distributed.submit-answer")]
public sealed record SubmitAnswer([property: Id(0)] string Code, [property: Id(1)] string Detail);

/// <summary>Answer to an update.</summary>
/// <param name="Counted">True: it counts; false: the same bytes had been counted before, or it is refused.</param>
/// <param name="Code">Wire name of the refusal; empty: not refused.</param>
/// <param name="Detail">The refusal's text.</param>
[GenerateSerializer, Immutable, Alias("distributed.admit-answer")]
public sealed record AdmitAnswer([property: Id(0)] bool Counted, [property: Id(1)] string Code, [property: Id(2)] string Detail);

/// <summary>An update that is complete in the spool, as a grain sees it.</summary>
/// <param name="Round">Its round.</param>
/// <param name="Client">Its client.</param>
/// <param name="BaseVersion">Version it started from.</param>
/// <param name="Hash">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="SizeBytes">Number of bytes.</param>
/// <param name="Node">Node that sent it.</param>
/// <param name="Weight">Weight in the aggregate.</param>
/// <param name="Examples">Examples trained on.</param>
/// <param name="TrainLoss">Mean training loss.</param>
/// <param name="TrainSeconds">Seconds of training.</param>
/// <param name="Metrics">The client's own figures about it.</param>
/// <param name="Delegated">With the model that a node made of a round's updates: what else it said.</param>
[GenerateSerializer, Immutable, Alias("distributed.admitted-update")]
public sealed record AdmittedUpdate(
    [property: Id(0)] int Round,
    [property: Id(1)] int Client,
    [property: Id(2)] long BaseVersion,
    [property: Id(3)] string Hash,
    [property: Id(4)] long SizeBytes,
    [property: Id(5)] string Node,
    [property: Id(6)] double Weight,
    [property: Id(7)] long Examples,
    [property: Id(8)] double TrainLoss,
    [property: Id(9)] double TrainSeconds,
    [property: Id(10)] ImmutableSortedDictionary<string, double> Metrics,
    [property: Id(11)] DelegatedResult? Delegated);

/// <summary>Where a run stands, for people.</summary>
[GenerateSerializer, Immutable, Alias("distributed.run-report")]
public sealed record RunReport
{
    /// <summary>The run.</summary>
    [Id(0)]
    public required string RunId { get; init; }

    /// <summary>Its name.</summary>
    [Id(1)]
    public required string Name { get; init; }

    /// <summary>submitted, running, completed, failed, stopped or partial.</summary>
    [Id(2)]
    public required string State { get; init; }

    /// <summary>The open round, or the last one.</summary>
    [Id(3)]
    public int Round { get; init; }

    /// <summary>Rounds to run.</summary>
    [Id(4)]
    public int Rounds { get; init; }

    /// <summary>Newest committed version; 0 before any.</summary>
    [Id(5)]
    public long Version { get; init; }

    /// <summary>Its hash; empty before any.</summary>
    [Id(6)]
    public string ModelHash { get; init; } = "";

    /// <summary>What the run waits for, or why it ended.</summary>
    [Id(7)]
    public string Detail { get; init; } = "";

    /// <summary>Seconds since the first round's start.</summary>
    [Id(8)]
    public double Seconds { get; init; }

    /// <summary>Accuracy of the newest evaluated version; NaN: none.</summary>
    [Id(9)]
    public double Accuracy { get; init; }

    /// <summary>Test loss of the newest evaluated version; NaN: none.</summary>
    [Id(10)]
    public double Loss { get; init; }

    /// <summary>Refused uploads.</summary>
    [Id(11)]
    public int Refused { get; init; }
}
