using System.Collections.Immutable;
using Distributed.Coordinator.Rounds;
using Orleans;

namespace Distributed.Coordinator.Membership;

/// <summary>Names a task of a node, as on the wire.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Kind">TaskKind of node.proto as a number.</param>
/// <param name="Round">The round.</param>
/// <param name="Index">Client or shard.</param>
[GenerateSerializer, Immutable, Alias("distributed.node-task-key")]
public sealed record NodeTaskKey([property: Id(0)] string RunId, [property: Id(1)] int Kind, [property: Id(2)] int Round, [property: Id(3)] int Index);

/// <summary>A task on its way to a node.</summary>
/// <param name="Key">Which.</param>
/// <param name="BaseVersion">Version to start from or to evaluate.</param>
/// <param name="BaseHash">Its hash, hexadecimal; empty for the initial model.</param>
/// <param name="Shards">Shards of the test set, when evaluating.</param>
/// <param name="Traceparent">W3C trace context of the dispatch; empty: none.</param>
/// <param name="DeadlineMilliseconds">Time left; 0: none.</param>
[GenerateSerializer, Immutable, Alias("distributed.node-task")]
public sealed record NodeTask(
    [property: Id(0)] NodeTaskKey Key,
    [property: Id(1)] long BaseVersion,
    [property: Id(2)] string BaseHash,
    [property: Id(3)] int Shards,
    [property: Id(4)] string Traceparent,
    [property: Id(5)] long DeadlineMilliseconds)
{
    /// <summary>What goes into the new model, when aggregating; ascending by client.</summary>
    [Id(6)]
    public ImmutableArray<SourceUpdate> Updates { get; init; } = [];

    /// <summary>What the aggregator passed on with the base version, when aggregating.</summary>
    [Id(7)]
    public ImmutableArray<byte> AggregatorState { get; init; } = [];

    /// <summary>Whether the client goes on from buffers of its own, when training.</summary>
    [Id(8)]
    public bool OwnBuffers { get; init; }
}

/// <summary>An admitted update that a node is to aggregate.</summary>
/// <param name="Client">Its client.</param>
/// <param name="Hash">SHA-256 of its bytes, hexadecimal.</param>
/// <param name="SizeBytes">Number of bytes.</param>
/// <param name="Weight">Weight in the aggregate.</param>
[GenerateSerializer, Immutable, Alias("distributed.source-update")]
public sealed record SourceUpdate(
    [property: Id(0)] int Client, [property: Id(1)] string Hash, [property: Id(2)] long SizeBytes, [property: Id(3)] double Weight);
