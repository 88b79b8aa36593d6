using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Distributed.Protocols.Runs;

namespace Distributed.Reports.Facts;

/// <summary>Reads the aggregator's own report out of a record. Every aggregator writes what it has, so whatever is of another form is passed over.</summary>
internal static class AggregatorFigures
{
    /// <summary><c>metrics</c>: figures by name.</summary>
    public static ImmutableSortedDictionary<string, double> MetricsOf(RoundRecord record)
    {
        var metrics = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        if (Part(record, "metrics", JsonValueKind.Object) is { } written)
        {
            foreach (var property in written.EnumerateObject())
            {
                if (NumberOf(property.Value) is { } value)
                {
                    metrics[property.Name] = value;
                }
            }
        }

        return metrics.ToImmutable();
    }

    /// <summary><c>notes</c>: remarks.</summary>
    public static ImmutableArray<string> NotesOf(RoundRecord record) => Part(record, "notes", JsonValueKind.Array) is { } notes
        ? [.. notes.EnumerateArray().Where(note => note.ValueKind == JsonValueKind.String).Select(note => note.GetString()!)]
        : [];

    /// <summary><c>factors</c>: the mean over the clients, layer by layer; non-finite factors are left out of it.</summary>
    public static ImmutableArray<LayerFactor> FactorsOf(RoundRecord record)
    {
        if (Part(record, "factors", JsonValueKind.Object) is not { } factors
            || !factors.TryGetProperty("layers", out var layers) || layers.ValueKind != JsonValueKind.Array
            || !factors.TryGetProperty("clients", out var clients) || clients.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var (sums, counts) = (new double[layers.GetArrayLength()], new int[layers.GetArrayLength()]);
        foreach (var row in clients.EnumerateObject().Where(client => client.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var (layer, written) in row.Value.EnumerateArray().Take(sums.Length).Index())
            {
                if (NumberOf(written) is { } factor && double.IsFinite(factor))
                {
                    (sums[layer], counts[layer]) = (sums[layer] + factor, counts[layer] + 1);
                }
            }
        }

        return [.. layers.EnumerateArray().Index().Select(pair => new LayerFactor(pair.Item.ToString(), sums[pair.Index] / counts[pair.Index]))];
    }

    private static JsonElement? Part(RoundRecord record, string name, JsonValueKind kind) =>
        record.Report is { ValueKind: JsonValueKind.Object } report && report.TryGetProperty(name, out var part) && part.ValueKind == kind ? part : null;

    // NaN and infinities are written as texts.
    private static double? NumberOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
