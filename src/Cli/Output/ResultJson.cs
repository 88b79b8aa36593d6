using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>How a run ended, as the one JSON object that <c>--format json</c> ends with and <c>summary.json</c> holds.</summary>
/// <param name="Status">The run's last state.</param>
/// <param name="Progress">Its rounds.</param>
/// <param name="TotalSeconds">From the process's start.</param>
/// <param name="Artifacts">Folder of the files, or null when none was written.</param>
internal sealed record ResultJson(RunStatus Status, RunProgress Progress, double TotalSeconds, string? Artifacts)
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object, in the order in which it is documented. A metric that was not measured is absent, never zero.</summary>
    public JsonObject ToMapping()
    {
        var metrics = new JsonObject();
        Add(metrics, "accuracy", Progress.Accuracy);
        Add(metrics, "loss", Progress.Loss);
        var mapping = new JsonObject
        {
            ["run"] = Status.RunId,
            ["status"] = Status.State,
            ["rounds"] = Progress.Rounds,
            ["metrics"] = metrics,
            ["seconds"] = Math.Round(Progress.Seconds, 3),
            ["totalSeconds"] = Math.Round(TotalSeconds, 3),
            ["modelHash"] = Status.ModelHash,
            ["artifacts"] = Artifacts,
        };
        if (Status.State != "completed" && Status.Detail.Length > 0)
        {
            mapping["detail"] = Status.Detail;
        }

        return mapping;
    }

    /// <summary>The object in one line.</summary>
    public string ToLine() => ToMapping().ToJsonString(Options);

    private static void Add(JsonObject metrics, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            metrics[name] = number;
        }
    }
}
