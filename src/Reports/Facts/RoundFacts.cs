using System.Collections.Immutable;
using Distributed.Protocols.Runs;

namespace Distributed.Reports.Facts;

/// <summary>What a report keeps of a round: figures, not the record, so that a thousand rounds of a thousand clients fit in memory.</summary>
internal sealed record RoundFacts
{
    public required int Round { get; init; }

    public required string Outcome { get; init; }

    public string? Reason { get; init; }

    public required double? Accuracy { get; init; }

    public required double? Loss { get; init; }

    public required double? TrainLoss { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Training seconds of the client that took longest; null when nobody reported.</summary>
    public required double? SlowestClient { get; init; }

    public required long BytesUp { get; init; }

    public required long BytesDown { get; init; }

    public required int Cohort { get; init; }

    public required int Refused { get; init; }

    public required int Dropped { get; init; }

    /// <summary>Clients in the aggregate, ascending.</summary>
    public required int[] Clients { get; init; }

    /// <summary>Their shares of the new model, beside <see cref="Clients"/>.</summary>
    public required float[] Shares { get; init; }

    /// <summary>The aggregator's figures.</summary>
    public required ImmutableSortedDictionary<string, double> Metrics { get; init; }

    /// <summary>The aggregator's remarks.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Per layer, the mean over the clients of what the rule multiplied their tensors with; empty for rules that do not.</summary>
    public required ImmutableArray<LayerFactor> Factors { get; init; }

    public static RoundFacts Of(RoundRecord record) => new()
    {
        Round = record.Round,
        Outcome = record.Outcome,
        Reason = record.Reason,
        Accuracy = record.Accuracy,
        Loss = record.Loss,
        TrainLoss = record.TrainLoss,
        Started = record.Started,
        Seconds = record.Seconds,
        SlowestClient = record.Used.IsEmpty ? null : record.Used.Max(used => used.TrainSeconds),
        BytesUp = record.BytesUp,
        BytesDown = record.BytesDown,
        Cohort = record.Cohort.Length,
        Refused = record.Refused.Length,
        Dropped = record.Dropped.Length,
        Clients = [.. record.Used.Select(used => used.Client)],
        Shares = [.. record.Used.Select(used => (float)used.Coefficient)],
        Metrics = AggregatorFigures.MetricsOf(record),
        Notes = AggregatorFigures.NotesOf(record),
        Factors = AggregatorFigures.FactorsOf(record),
    };
}

/// <summary>A layer's mean factor.</summary>
internal readonly record struct LayerFactor(string Layer, double Mean);
