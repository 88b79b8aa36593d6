using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Orleans;

namespace Distributed.Coordinator.Rounds;

/// <summary>What a run's grain keeps between activations; written when a round is closed and the next one planned, and at the end.</summary>
[GenerateSerializer, Immutable, Alias("distributed.run-state")]
public sealed record RunGrainState : Storage.IStateDurability
{
    /// <summary>The specification as canonical JSON; empty: never submitted.</summary>
    [Id(0)]
    public string SpecJson { get; init; } = "";

    /// <summary>The round that is open or to be planned next.</summary>
    [Id(1)]
    public int Round { get; init; }

    /// <summary>Newest version that this state knows; the manifests may know a newer one.</summary>
    [Id(2)]
    public long Version { get; init; } = -1;

    /// <summary>Records of closed rounds whose evaluation was still out, as JSON, in round order.</summary>
    [Id(3)]
    public ImmutableArray<string> PendingRecords { get; init; } = [];

    /// <summary>completed, partial, failed or stopped; empty while the run goes on.</summary>
    [Id(4)]
    public string Outcome { get; init; } = "";

    /// <summary>Why it ended.</summary>
    [Id(5)]
    public string Reason { get; init; } = "";

    /// <summary>Term of the coordinator that wrote this.</summary>
    [Id(6)]
    public long Term { get; init; }

    /// <summary>When the first round was planned, Unix milliseconds; 0: not yet.</summary>
    [Id(7)]
    public long StartedUnixMilliseconds { get; init; }

    /// <summary>When the run ended, Unix milliseconds; 0: not yet.</summary>
    [Id(8)]
    public long EndedUnixMilliseconds { get; init; }

    /// <summary>When this was written, Unix milliseconds; the next round was planned just then.</summary>
    [Id(10)]
    public long WrittenUnixMilliseconds { get; init; }

    /// <summary>The first round since an operator took the ended run up again; 0: none did.</summary>
    [Id(11)]
    public int ResumedAt { get; init; }

    /// <summary>Whether the run is made durable, its state included.</summary>
    [Id(9)]
    public bool Durable { get; init; } = true;
}
