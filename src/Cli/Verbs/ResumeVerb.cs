using System.CommandLine;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist resume RUN</c>: goes on with a run that failed or was stopped.</summary>
internal static class ResumeVerb
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "Run id." };
        var (coordinator, format) = (new CoordinatorSettings(terminal), Settings.Format());
        var command = coordinator.AddTo(new Command("resume", "Goes on with a run that failed or was stopped, from its last committed model.") { run, format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                using var client = coordinator.Connect(parsed);
                return await ResumeAsync(terminal, client, parsed.GetRequiredValue(run), form, cancellation);
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }

    private static async Task<int> ResumeAsync(Terminal terminal, CoordinatorClient client, string run, string format, CancellationToken cancellation)
    {
        var reply = await client.Runs.ResumeAsync(new ResumeRequest { RunId = run }, cancellationToken: cancellation);
        terminal.Out.WriteLine(format == "json" ? StatusJson.Of(reply.Status).ToJsonString() : StatusLine.Of(reply.Status));
        return ExitCode.Done;
    }
}
