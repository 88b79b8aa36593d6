using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Distributed.Protocols.Runs;

namespace Distributed.Reports.Facts;

/// <summary>Everything that a report shows of a run.</summary>
internal sealed record RunHistory
{
    /// <summary>Its id: the folder's name.</summary>
    public required string RunId { get; init; }

    /// <summary>The specification with every default written out; null where the folder does not say.</summary>
    public required JsonObject? Spec { get; init; }

    /// <summary>How it ended; null: it has not, or nobody lived to say so.</summary>
    public required RunEnding? Ending { get; init; }

    /// <summary>Who has which data; null where no node has told.</summary>
    public required PartitionRecord? Partition { get; init; }

    /// <summary>The rounds, ascending.</summary>
    public required ImmutableArray<RoundFacts> Rounds { get; init; }

    /// <summary>Refused updates and dropped clients.</summary>
    public required AbsenceLedger Absences { get; init; }
}

/// <summary>What a summary says beyond the rounds.</summary>
/// <param name="Status">completed, failed, stopped or partial.</param>
/// <param name="Reason">Why, where it did not complete; empty otherwise.</param>
/// <param name="ModelHash">SHA-256 of the final model; empty: none.</param>
/// <param name="Seconds">From the first round's start to the last commit.</param>
public sealed record RunEnding(string Status, string Reason, string ModelHash, double? Seconds);
