using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>What is found on disk when a run is taken up: authority in this order.</summary>
internal sealed record RunRecoveryFacts
{
    /// <summary>The newest manifest; null: no version yet.</summary>
    public ModelVersion? Latest { get; init; }

    /// <summary>The spool's updates of a round.</summary>
    public required Func<int, IReadOnlyList<SpooledUpdate>> Spooled { get; init; }

    /// <summary>The state as last written; null: none.</summary>
    public RunGrainState? State { get; init; }

    /// <summary>Wall clock of the recovery.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>Clients with buffers of their own, as kept with the newest version.</summary>
    public ImmutableHashSet<int> WithBuffers { get; init; } = [];

    /// <summary>The lines of <c>rounds.jsonl</c>.</summary>
    public ImmutableArray<RoundRecord> Emitted { get; init; } = [];
}
