using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;

namespace Distributed.Coordinator.Admission;

/// <summary>What a node says of an aggregation, before it is taken into a record: bounded, finite, and of one piece.</summary>
internal static class AggregationCheck
{
    /// <summary>Reads the message; false, with the reason, when it cannot be used.</summary>
    public static bool TryRead(Aggregation given, out DelegatedResult result, out string problem)
    {
        problem = SizeProblem(given) ?? NumberProblem(given) ?? "";
        result = problem.Length > 0 ? new DelegatedResult() : new DelegatedResult
        {
            Coefficients = given.Coefficients.ToImmutableSortedDictionary(pair => (int)pair.Key, pair => pair.Value),
            Metrics = ImmutableSortedDictionary<string, double>.Empty.AddRange(
                given.Metrics.Select(pair => KeyValuePair.Create(ForeignText.Printable(pair.Key), pair.Value))),
            Notes = [.. given.Notes.Select(ForeignText.Printable)],
            Layers = [.. given.Layers.Select(ForeignText.Printable)],
            Factors = given.Factors.ToImmutableSortedDictionary(row => (int)row.Client, row => row.Values.ToImmutableArray()),
            State = [.. given.State.Span],
        };
        return problem.Length == 0;
    }

    private static string? SizeProblem(Aggregation given) =>
        given.State.Length > TransferSizes.MaximumAggregatorStateBytes
            ? $"the aggregator passes {given.State.Length} bytes on, the most are {TransferSizes.MaximumAggregatorStateBytes}"
        : Math.Max(given.Metrics.Count, Math.Max(given.Notes.Count, given.Layers.Count)) > DelegatedResult.MaximumCount
            ? $"more than {DelegatedResult.MaximumCount} figures, remarks or layers"
        : given.Factors.Sum(row => (long)row.Values.Count) > TransferSizes.MaximumFactors
            ? $"more than {TransferSizes.MaximumFactors} factors"
        : given.Factors.Any(row => row.Values.Count != given.Layers.Count) ? $"a client has not one factor for each of {given.Layers.Count} layers"
        : null;

    private static string? NumberProblem(Aggregation given)
    {
        var clients = given.Factors.Select(row => row.Client).ToList();
        var names = given.Metrics.Keys.Select(ForeignText.Printable);
        var numbers = given.Coefficients.Values.Concat(given.Metrics.Values).Concat(given.Factors.SelectMany(row => row.Values));
        return clients.Distinct().Count() < clients.Count || clients.Concat(given.Coefficients.Keys).Any(client => client >= int.MaxValue)
            ? "a client's number is out of range or there twice"
            : names.Distinct(StringComparer.Ordinal).Count() < given.Metrics.Count ? "two figures have one name"
            : numbers.All(double.IsFinite) ? null : "a coefficient, figure or factor is not finite";
    }
}
