using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist ls</c>: the runs that a coordinator knows, one line each.</summary>
internal static class LsVerb
{
    public static Command Create(Terminal terminal)
    {
        var (coordinator, format) = (new CoordinatorSettings(terminal), Settings.Format());
        var command = coordinator.AddTo(new Command("ls", "Lists the runs of a coordinator, one line each.") { format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                using var client = coordinator.Connect(parsed);
                return await ListAsync(terminal, client, form, cancellation);
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }

    private static async Task<int> ListAsync(Terminal terminal, CoordinatorClient client, string format, CancellationToken cancellation)
    {
        var reply = await client.Runs.GetStatusAsync(new StatusRequest(), cancellationToken: cancellation);
        if (format == "json")
        {
            terminal.Out.WriteLine(new JsonObject { ["runs"] = new JsonArray([.. reply.Runs.Select(run => (JsonNode)StatusJson.Of(run))]) }.ToJsonString());
            return ExitCode.Done;
        }

        foreach (var run in reply.Runs)
        {
            terminal.Out.WriteLine(StatusLine.Of(run));
        }

        return ExitCode.Done;
    }
}
