using System.Text.Json.Nodes;
using Distributed.Algorithms.Merging;

namespace Distributed.Cli.Merging;

/// <summary>What a tensor method tells of its work, for programs.</summary>
internal static class MergeDetails
{
    /// <summary>Cosines and factors by tensor, the members and the decisions of a soup; null where there is nothing to tell.</summary>
    public static JsonObject? Of(MergeReport report)
    {
        var details = new JsonObject();
        if (!report.Measured.IsEmpty)
        {
            details["measured"] = new JsonObject(report.Measured.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Numbers(pair.Value))));
        }

        if (!report.Kept.IsEmpty)
        {
            details["kept"] = new JsonArray([.. report.Kept.Select(model => (JsonNode?)model)]);
            details["steps"] = new JsonArray([.. report.Steps.Select(step =>
                (JsonNode?)new JsonObject { ["model"] = step.Model, ["score"] = step.Score, ["accepted"] = step.Accepted })]);
        }

        return details.Count == 0 ? null : details;
    }

    /// <summary>A list of numbers; those that JSON does not have are null.</summary>
    public static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(value => Number(value))]);

    /// <summary>A number, or null where JSON does not have it.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
