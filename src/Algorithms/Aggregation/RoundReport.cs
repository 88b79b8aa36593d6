using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>What the record of a round takes from an aggregation: the same, whoever made it and however it travelled.</summary>
public sealed record RoundReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Figures of the rule, finite.</summary>
    public ImmutableSortedDictionary<string, double> Metrics { get; init; } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>Remarks.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Names of the tensors that <see cref="Factors"/> are about; empty where the rule has none.</summary>
    public ImmutableArray<string> Layers { get; init; } = [];

    /// <summary>What each client's tensors were multiplied with before the average (L-DAWA: the cosines), one number for each layer, by the client's number.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<double>> Factors { get; init; } = ImmutableSortedDictionary<int, ImmutableArray<double>>.Empty;

    /// <summary>A numbered client's <see cref="ClientUpdate.Client"/>. Fixed width: rules sort by the text, rounds are recorded by the number.</summary>
    /// <param name="client">The number, 0 and up.</param>
    public static string ClientName(int client) => client.ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>Takes a report whose clients are named by <see cref="ClientName"/>.</summary>
    /// <param name="report">What the rule did.</param>
    public static RoundReport Of(AggregateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new RoundReport
        {
            Metrics = report.Metrics,
            Notes = report.Notes,
            Layers = report.Factors?.Layers ?? [],
            Factors = report.Factors is not { } table
                ? ImmutableSortedDictionary<int, ImmutableArray<double>>.Empty
                : Enumerable.Range(0, table.Clients.Length).ToImmutableSortedDictionary(
                    row => int.Parse(table.Clients[row], CultureInfo.InvariantCulture), row => table.OfClient(row).ToImmutableArray()),
        };
    }

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

    /// <summary>The report as a round record holds it: <c>metrics</c>, <c>notes</c>, and <c>factors</c> with <c>layers</c> and <c>clients</c> where there are any.</summary>
    /// <param name="more">Further figures for <c>metrics</c>; none has the name of one of the rule's.</param>
    /// <returns>A JSON object; null when there is nothing to say.</returns>
    public string? ToJson(IEnumerable<KeyValuePair<string, double>> more)
    {
        var metrics = Metrics.SetItems(more);
        var factors = Factors.IsEmpty ? null : new { layers = Layers, clients = Factors };
        return metrics.IsEmpty && Notes.IsEmpty && factors is null ? null : JsonSerializer.Serialize(new { metrics, notes = Notes, factors }, Options);
    }

    // Rules without layers of their own have one value for all; its mean must not differ from it in the last bit.
    private static double Mean(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) return 0;
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return values.ContainsAnyExcept(values[0]) ? sum / values.Length : values[0];
    }
}
