using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;

namespace Distributed.Algorithms;

/// <summary>Every algorithm by the name that a run file uses, one line each.</summary>
public static class Registry
{
    /// <summary>The aggregators.</summary>
    public static ImmutableArray<AggregatorEntry> Aggregators { get; } =
    [
        AggregatorEntry.Of<FedAvgParameters>("fedavg", Consumption.Streaming, p => new FedAvg(p)),
        AggregatorEntry.Of<FedLawParameters>("fedlaw", Consumption.Row, p => new FedLaw(p), needsProxy: true),
        AggregatorEntry.Of<LDawaParameters>("ldawa", Consumption.Streaming, p => new LDawa(p)),
    ];

    /// <summary>The aggregator of that name, or null; <see cref="Aggregators"/> has the names to suggest instead.</summary>
    /// <param name="name">The name, as in the run file.</param>
    public static AggregatorEntry? FindAggregator(string name) => Aggregators.FirstOrDefault(a => a.Name == name);
}
