using System.CommandLine;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary>What a verb asks of one run of a coordinator, which answers with where the run stands then.</summary>
internal static class RunOrder
{
    /// <summary><c>dist stop RUN</c>: ends a run; the last committed model stays.</summary>
    public static Command Stop(Terminal terminal) => Create(
        terminal, "stop", "Stops a run. Its last committed model stays.",
        async (client, run, cancellation) => (await client.Runs.StopAsync(new StopRequest { RunId = run }, cancellationToken: cancellation)).Status);

    /// <summary><c>dist resume RUN</c>: goes on with a run that failed or was stopped.</summary>
    public static Command Resume(Terminal terminal) => Create(
        terminal, "resume", "Goes on with a run that failed or was stopped, from its last committed model.",
        async (client, run, cancellation) => (await client.Runs.ResumeAsync(new ResumeRequest { RunId = run }, cancellationToken: cancellation)).Status);

    private static Command Create(Terminal terminal, string verb, string description, Func<CoordinatorClient, string, CancellationToken, Task<RunStatus>> order)
    {
        var run = new Argument<string>("RUN") { Description = "Run id." };
        var (coordinator, format) = (new CoordinatorSettings(terminal), Settings.Format());
        var command = coordinator.AddTo(new Command(verb, description) { run, format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                using var client = coordinator.Connect(parsed);
                var status = await order(client, parsed.GetRequiredValue(run), cancellation);
                terminal.Out.WriteLine(form == "json" ? StatusJson.Of(status).ToJsonString() : StatusLine.Of(status));
                return ExitCode.Done;
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }
}
