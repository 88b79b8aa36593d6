using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Node.Merging;

namespace Distributed.Cli.Merging;

/// <summary>A merge as the one JSON object that <c>--format json</c> ends with. What was not measured is null or empty, never zero.</summary>
internal static class MergeReportJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object in one line.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="result">What was written.</param>
    /// <param name="seconds">From beginning to end.</param>
    public static string Write(MergeRequest request, MergeResult result, double seconds) => new JsonObject
    {
        ["status"] = "completed",
        ["method"] = result.Method,
        ["models"] = new JsonArray([.. request.Models.Select(model => (JsonNode)model)]),
        ["output"] = result.Output,
        ["bytes"] = result.Bytes,
        ["match"] = result.Match is { } match ? Match(match) : null,
        ["repair"] = result.Repair,
        ["scores"] = new JsonObject(result.Scores.Select(score => KeyValuePair.Create(score.Name, (JsonNode?)Score(score)))),
        ["barriers"] = Barriers(result),
        ["layers"] = new JsonObject(result.Collapse.Select(mix => KeyValuePair.Create(mix.Name, (JsonNode?)new JsonArray([.. mix.Layers.Select(Layer)])))),
        ["details"] = result.Details?.DeepClone(),
        ["notes"] = new JsonArray([.. result.Notes.Select(note => (JsonNode)note)]),
        ["seconds"] = Math.Round(seconds, 3),
    }.ToJsonString(Options);

    private static JsonObject Match(MatchReport match) => new()
    {
        ["moved"] = match.Moved,
        ["units"] = match.Units,
        ["objective"] = match.Objective,
        ["before"] = MergeDetails.Number(match.Before),
        ["after"] = MergeDetails.Number(match.After),
        ["sweeps"] = match.Sweeps,
        ["seconds"] = Math.Round(match.Seconds, 4),
        ["cpuSeconds"] = Math.Round(match.CpuSeconds, 4),
        ["difference"] = MergeDetails.Number(match.Difference),
        ["allowed"] = MergeDetails.Number(match.Allowed),
    };

    private static JsonObject Score(NamedScore score) => new() { ["train"] = Score(score.Train), ["test"] = Score(score.Test) };

    private static JsonObject Score(ProbeScore score) => new() { ["loss"] = MergeDetails.Number(score.Loss), ["accuracy"] = MergeDetails.Number(score.Accuracy) };

    private static JsonObject Barriers(MergeResult result)
    {
        var lines = new JsonObject();
        foreach (var line in result.Barriers.GroupBy(barrier => barrier.Name))
        {
            lines[line.Key] = new JsonObject(line.Select(barrier => KeyValuePair.Create(barrier.Split, (JsonNode?)new JsonObject
            {
                ["endpointMean"] = barrier.Loss.EndpointMeanBarrier,
                ["linear"] = barrier.Loss.LinearBarrier,
                ["accuracy"] = barrier.Accuracy.AccuracyBarrier,
                ["t"] = MergeDetails.Numbers(barrier.Loss.Positions),
                ["losses"] = MergeDetails.Numbers(barrier.Loss.Values),
                ["accuracies"] = MergeDetails.Numbers(barrier.Accuracy.Values),
            })));
        }

        return lines;
    }

    private static JsonNode Layer(LayerState layer) => new JsonObject
    {
        ["layer"] = layer.Layer,
        ["varianceRatio"] = MergeDetails.Number(layer.VarianceRatio),
        ["magnitude"] = layer.Magnitude,
        ["deviationBefore"] = layer.DeviationBefore,
        ["deviationAfter"] = layer.DeviationAfter,
        ["zeroFraction"] = layer.ZeroFraction,
        ["weightMagnitude"] = MergeDetails.Number(layer.WeightMagnitude),
    };
}
