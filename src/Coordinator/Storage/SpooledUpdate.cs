using System.Collections.Immutable;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Storage;

/// <summary>An update whose bytes are complete, checked and (in a durable run) on disk: what an acknowledgement stands for.</summary>
/// <param name="Id">Whose it is.</param>
/// <param name="Hash">SHA-256 of the safetensors bytes.</param>
/// <param name="SizeBytes">Number of those bytes.</param>
/// <param name="Node">Name of the node that sent it.</param>
/// <param name="Weight">Weight in the aggregate, finite and not negative.</param>
/// <param name="Examples">Examples trained on.</param>
/// <param name="TrainLoss">Mean training loss of the last local epoch.</param>
/// <param name="TrainSeconds">Seconds of local training.</param>
internal sealed record SpooledUpdate(
    UpdateId Id, ContentHash Hash, long SizeBytes, string Node, double Weight, long Examples, double TrainLoss, double TrainSeconds)
{
    /// <summary>The client's own figures about it; at most <see cref="UpdateMetrics.MaximumCount"/>.</summary>
    public ImmutableSortedDictionary<string, double> Metrics { get; init; } = UpdateMetrics.None;

    /// <summary>With the model that a node made of a round's updates: what else it said. Not in the spool; a repeated upload says it again.</summary>
    public DelegatedResult? Delegated { get; init; }

    /// <summary>Whether this is the same contribution sent once more: same bytes, same weight, from whichever node.</summary>
    public bool Repeats(SpooledUpdate other) => Id == other.Id && Hash == other.Hash && SizeBytes == other.SizeBytes && Weight.Equals(other.Weight);
}
