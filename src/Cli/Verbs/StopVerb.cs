using System.CommandLine;
using Distributed.Cli.Arguments;
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
        var (coordinator, format) = (new CoordinatorSettings(terminal), Settings.Format());
        var command = coordinator.AddTo(new Command("stop", "Stops a run. Its last committed model stays.") { run, format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                using var client = coordinator.Connect(parsed);
                return await StopAsync(terminal, client, parsed.GetRequiredValue(run), form, cancellation);
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }

    private static async Task<int> StopAsync(Terminal terminal, CoordinatorClient client, string run, string format, CancellationToken cancellation)
    {
        var reply = await client.Runs.StopAsync(new StopRequest { RunId = run }, cancellationToken: cancellation);
        terminal.Out.WriteLine(format == "json" ? StatusJson.Of(reply.Status).ToJsonString() : StatusLine.Of(reply.Status));
        return ExitCode.Done;
    }
}
