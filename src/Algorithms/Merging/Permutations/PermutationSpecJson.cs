using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>
/// Specifications and permutations as JSON. A specification maps each tensor to a list with an item for each axis: null (fixed), the name of a
/// permutation, [name, block], [name, block, offset], an object with "permutation", "block", "offset", "units" and "channelsLast", or a list
/// of such items where several act on the axis. Permutations map names to lists.
/// </summary>
public static class PermutationSpecJson
{
    private static readonly string[] Keys = ["permutation", "block", "offset", "units", "channelsLast"];

    /// <summary>Reads a specification.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="FormatException">It is of another form; the message names the tensor.</exception>
    public static PermutationSpec Parse(JsonNode? json)
    {
        if (json is not JsonObject tensors) throw new FormatException("A permutation specification maps tensors to their axes.");
        return new PermutationSpec(tensors.Select(t => new TensorAxes(t.Key, Axes(t.Key, t.Value))));
    }

    /// <summary>Reads permutations.</summary>
    /// <param name="json">The object.</param>
    /// <exception cref="FormatException">It is of another form, or one is no permutation.</exception>
    public static UnitPermutations ParsePermutations(JsonNode? json)
    {
        if (json is not JsonObject all) throw new FormatException("Permutations map names to lists of numbers.");
        try
        {
            return new UnitPermutations(all.Select(p => KeyValuePair.Create(
                p.Key, (p.Value as JsonArray ?? throw new FormatException($"{Printable.Of(p.Key)} is not a list.")).Select(i => Whole(p.Key, i)).ToImmutableArray())));
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary>Writes a specification; <see cref="Parse"/> reads it back.</summary>
    /// <param name="spec">The specification.</param>
    public static JsonObject Write(PermutationSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new JsonObject(spec.Tensors.Select(tensor => KeyValuePair.Create(
            tensor.Name, (JsonNode?)new JsonArray([.. tensor.Axes.Select(Write)]))));
    }

    /// <summary>Writes permutations; <see cref="ParsePermutations"/> reads them back.</summary>
    /// <param name="permutations">The permutations.</param>
    public static JsonObject Write(UnitPermutations permutations)
    {
        ArgumentNullException.ThrowIfNull(permutations);
        return new JsonObject(permutations.All.Select(p => KeyValuePair.Create(
            p.Key, (JsonNode?)new JsonArray([.. p.Value.Select(i => (JsonNode?)JsonValue.Create(i))]))));
    }

    private static ImmutableArray<ImmutableArray<AxisEntry>> Axes(string tensor, JsonNode? json) => json is JsonArray axes
        ? [.. axes.Select(axis => Axis(tensor, axis))]
        : throw new FormatException($"Tensor {Printable.Of(tensor)}: not a list of axes.");

    private static ImmutableArray<AxisEntry> Axis(string tensor, JsonNode? json) => json switch
    {
        null => [],
        JsonArray { Count: > 0 } list when Text(list[0]) is null => [.. list.Select(item => Entry(tensor, item))],
        _ => [Entry(tensor, json)],
    };

    private static AxisEntry Entry(string tensor, JsonNode? json)
    {
        switch (json)
        {
            case JsonArray { Count: 2 or 3 } list when Text(list[0]) is { } name:
                return new AxisEntry(name, Whole(tensor, list[1])) { Offset = list.Count == 3 ? Whole(tensor, list[2]) : 0 };
            case JsonObject entry when Text(entry["permutation"]) is { } name:
                if (entry.Select(e => e.Key).FirstOrDefault(key => !Keys.Contains(key)) is { } unknown)
                    throw new FormatException($"Tensor {Printable.Of(tensor)}: unknown key {Printable.Of(unknown)}; there are {string.Join(", ", Keys)}.");
                return new AxisEntry(name, entry["block"] is { } block ? Whole(tensor, block) : 1)
                {
                    Offset = entry["offset"] is { } offset ? Whole(tensor, offset) : 0,
                    Units = entry["units"] is { } units ? Whole(tensor, units) : null,
                    ChannelsLast = entry["channelsLast"] is { } last && (last.AsValue().TryGetValue<bool>(out var isLast)
                        ? isLast : throw new FormatException($"Tensor {Printable.Of(tensor)}: channelsLast is true or false.")),
                };
            case not null when Text(json) is { } name:
                return new AxisEntry(name);
            default:
                throw new FormatException(
                    $"Tensor {Printable.Of(tensor)}: an axis is null, a permutation's name, [name, block], [name, block, offset] or an object, not {json?.ToJsonString() ?? "null"}.");
        }
    }

    private static JsonNode? Write(ImmutableArray<AxisEntry> axis) => axis.Length switch
    {
        0 => null,
        1 => Write(axis[0]),
        _ => new JsonArray([.. axis.Select(Write)]),
    };

    private static JsonNode? Write(AxisEntry entry)
    {
        if (entry is { Units: null, ChannelsLast: false, Offset: 0 })
            return entry.Block == 1 ? JsonValue.Create(entry.Permutation) : new JsonArray(entry.Permutation, entry.Block);
        var written = new JsonObject { ["permutation"] = entry.Permutation, ["block"] = entry.Block, ["offset"] = entry.Offset };
        if (entry.Units is { } units) written["units"] = units;
        if (entry.ChannelsLast) written["channelsLast"] = true;
        return written;
    }

    private static string? Text(JsonNode? json) => json is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static int Whole(string name, JsonNode? json) => json is JsonValue value && value.TryGetValue<int>(out var whole)
        ? whole
        : throw new FormatException($"{Printable.Of(name)}: {json?.ToJsonString() ?? "null"} is not a whole number.");
}
