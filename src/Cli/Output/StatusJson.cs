using System.Text.Json.Nodes;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Output;

/// <summary>Runs and nodes as JSON.</summary>
internal static class StatusJson
{
    /// <summary>The whole answer.</summary>
    public static JsonObject Of(StatusReply reply) => new()
    {
        ["runs"] = new JsonArray([.. reply.Runs.Select(run => (JsonNode)Of(run))]),
        ["nodes"] = new JsonArray([.. reply.Nodes.Select(node => (JsonNode)new JsonObject
        {
            ["name"] = node.Name,
            ["state"] = node.State,
            ["workers"] = node.Slots,
            ["device"] = node.Device,
        })]),
    };

    /// <summary>One run.</summary>
    public static JsonObject Of(RunStatus run) => new()
    {
        ["run"] = run.RunId,
        ["name"] = run.Name,
        ["status"] = run.State,
        ["round"] = run.Round,
        ["rounds"] = run.Rounds,
        ["version"] = run.Version,
        ["modelHash"] = run.ModelHash,
        ["detail"] = run.Detail,
        ["seconds"] = run.Seconds,
        ["refused"] = run.Refused,
    };
}
