using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Distributed.Algorithms.Aggregation;

/// <summary>What the record of a round takes from an aggregation: the same, whoever made it.</summary>
public static class RoundReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>A numbered client's <see cref="ClientUpdate.Client"/>. Fixed width: rules sort by the text, rounds are recorded by the number.</summary>
    /// <param name="client">The number, 0 and up.</param>
    public static string ClientName(int client) => client.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>Each client's share of the new model, the mean over its layers; 0 for one that the rule left out.</summary>
    /// <param name="report">What the rule did.</param>
    /// <param name="clients">Numbers of the clients.</param>
    /// <returns>One share for each of <paramref name="clients"/>, in their order.</returns>
    public static ImmutableArray<double> Shares(AggregateReport report, IEnumerable<int> clients)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(clients);
        var table = report.Coefficients;
        return [.. clients.Select(client => table.Clients.IndexOf(ClientName(client))).Select(row => row < 0 ? 0 : Mean(table.OfClient(row)))];
    }

    /// <summary>
    /// <c>metrics</c>, <c>notes</c> and, where the rule multiplied each client's tensors with factors of their own (L-DAWA), <c>factors</c>:
    /// the tensors' names as <c>layers</c> and a row of numbers for each client's number as <c>clients</c>.
    /// </summary>
    /// <param name="report">What the rule did.</param>
    /// <param name="more">Further figures for <c>metrics</c>; none has the name of one of the rule's.</param>
    /// <returns>A JSON object; null when there is nothing to say.</returns>
    public static string? ToJson(AggregateReport report, IEnumerable<KeyValuePair<string, double>> more)
    {
        ArgumentNullException.ThrowIfNull(report);
        var metrics = report.Metrics.AddRange(more);
        return metrics.IsEmpty && report.Notes.IsEmpty && report.Factors is null
            ? null
            : JsonSerializer.Serialize(new { metrics, notes = report.Notes, factors = FactorsOf(report.Factors) }, Options);
    }

    private static object? FactorsOf(CoefficientTable? table) => table is null ? null : new
    {
        layers = table.Layers,
        clients = Enumerable.Range(0, table.Clients.Length).ToDictionary(row => NumberOf(table.Clients[row]), row => table.OfClient(row).ToArray()),
    };

    private static string NumberOf(string client) => client.TrimStart('0') is { Length: > 0 } number ? number : "0";

    // Rules without layers of their own have one value for all; its mean must not differ from it in the last bit.
    private static double Mean(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return 0;
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return values.ContainsAnyExcept(values[0]) ? sum / values.Length : values[0];
    }
}
