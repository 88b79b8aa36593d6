using System.CommandLine;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist stop RUN</c>: ends a run; the last committed model stays.</summary>
internal static class StopVerb
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "Run id." };
        var (coordinator, format) = (Settings.Coordinator(terminal), Settings.Format());
        var command = new Command("stop", "Stops a run. Its last committed model stays.") { run, coordinator, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(
                terminal, form, () => StopAsync(terminal, parsed.GetRequiredValue(coordinator), parsed.GetRequiredValue(run), form, cancellation), cancellation);
        });
        return command;
    }

    private static async Task<int> StopAsync(Terminal terminal, Uri address, string run, string format, CancellationToken cancellation)
    {
        using var client = CoordinatorClient.At(address);
        var reply = await client.Runs.StopAsync(new StopRequest { RunId = run }, cancellationToken: cancellation);
        terminal.Out.WriteLine(format == "json" ? StatusJson.Of(reply.Status).ToJsonString() : StatusLine.Of(reply.Status));
        return ExitCode.Done;
    }
}
