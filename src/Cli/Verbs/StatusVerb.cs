using System.CommandLine;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist status [RUN]</c>: what runs do, what they wait for, which nodes are there.</summary>
internal static class StatusVerb
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "Run id; all runs when left out.", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne };
        var (coordinator, format) = (new CoordinatorSettings(terminal), Settings.Format());
        var command = coordinator.AddTo(new Command("status", "Shows what runs do, what they wait for and which nodes are connected.") { run, format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                using var client = coordinator.Connect(parsed);
                return await ShowAsync(terminal, client, parsed.GetValue(run) ?? "", form, cancellation);
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }

    private static async Task<int> ShowAsync(Terminal terminal, CoordinatorClient client, string run, string format, CancellationToken cancellation)
    {
        var reply = await client.Runs.GetStatusAsync(new StatusRequest { RunId = run }, cancellationToken: cancellation);
        if (format == "json")
        {
            terminal.Out.WriteLine(StatusJson.Of(reply).ToJsonString());
            return ExitCode.Done;
        }

        if (reply.Runs.Count == 0)
        {
            terminal.Out.WriteLine("no runs");
        }

        foreach (var status in reply.Runs)
        {
            terminal.Out.WriteLine(StatusLine.Of(status));
            if (status.Detail.Length > 0)
            {
                terminal.Out.WriteLine($"  {status.Detail}");
            }
        }

        if (run.Length == 0 || reply.Nodes.Count > 0)
        {
            terminal.Out.WriteLine(reply.Nodes.Count == 0 ? $"no nodes; start one with: ./dist node --coordinator {client.Address}" : $"{reply.Nodes.Count} nodes");
        }

        foreach (var node in reply.Nodes)
        {
            terminal.Out.WriteLine($"  {node.Name,-20} {node.State,-10} {node.Slots} workers  {node.Device}");
        }

        return ExitCode.Done;
    }
}
