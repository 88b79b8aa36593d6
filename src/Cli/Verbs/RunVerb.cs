using System.CommandLine;
using Distributed.Cli.Arguments;
using Distributed.Cli.Artifacts;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Cli.RunFiles;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Tls;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist run FILE</c>: submits a run to a coordinator and follows it to its end.</summary>
internal static class RunVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var (file, set, coordinator, output, format) =
            (Settings.File(), Settings.Set(), new CoordinatorSettings(terminal), Settings.Out(), Settings.Format());
        var command = coordinator.AddTo(new Command("run", "Submits a run file to a coordinator and follows the run to its end.") { file, set, output, format });
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                var read = RunFileReading.Read(parsed.GetRequiredValue(file), parsed.GetRequiredValue(set), terminal, plugins);
                if (read.Spec is not { } spec)
                {
                    return Failures.List(terminal, form, read.Mistakes);
                }

                using var client = coordinator.Connect(parsed);
                return await RunAsync(terminal, client, spec, parsed.GetRequiredValue(output), form, cancellation);
            }, cancellation, coordinator.Address(parsed));
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, CoordinatorClient client, RunSpec spec, string output, string format, CancellationToken cancellation)
    {
        var id = RunIds.Next(spec.Name, TimeProvider.System);
        await SubmitAsync(terminal, client, new SubmitRequest { RunId = id, SpecJson = RunSpecJson.Write(spec) }, cancellation);
        using var folder = RunFolder.Create(output, id, spec);
        var session = new RunSession(terminal, client, spec, id, folder, format)
        {
            ResumeCommand = $"./dist resume {id} --coordinator {client.Address}",
            OnInterrupt = () =>
            {
                terminal.Error.WriteLine(
                    $"The run goes on. Look: ./dist status {id} --coordinator {client.Address}   End it: ./dist stop {id} --coordinator {client.Address}");
                return Task.FromResult<RunStatus?>(null);
            },
        };
        return await session.FollowAsync([$"coordinator  {client.Address}"], cancellation);
    }

    // A coordinator that was started a moment ago is waited for. The run has its id already, so asking again is safe.
    private static async Task SubmitAsync(Terminal terminal, CoordinatorClient client, SubmitRequest request, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.Runs.SubmitAsync(request, cancellationToken: cancellation);
                return;
            }
            catch (RpcException error) when (
                error.StatusCode == StatusCode.Unavailable && !TlsFailure.IsHandshake(error) && !cancellation.IsCancellationRequested && TimeProvider.System.GetElapsedTime(began) < Patience)
            {
                if (attempt == 1)
                {
                    terminal.Error.WriteLine($"waiting up to {Patience.TotalSeconds:0} s for the coordinator at {client.Address}");
                }

                await Task.Delay(Pause, TimeProvider.System, cancellation);
            }
        }
    }
}
