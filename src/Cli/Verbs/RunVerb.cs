using System.CommandLine;
using Distributed.Cli.Artifacts;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist run FILE</c>: submits a run to a coordinator and follows it to its end.</summary>
internal static class RunVerb
{
    public static Command Create(Terminal terminal)
    {
        var (file, set, coordinator, output, format) =
            (Settings.File(), Settings.Set(), Settings.Coordinator(terminal), Settings.Out(), Settings.Format());
        var command = new Command("run", "Submits a run file to a coordinator and follows the run to its end.") { file, set, coordinator, output, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                var read = RunFileReading.Read(parsed.GetRequiredValue(file), parsed.GetRequiredValue(set), terminal);
                if (read.Spec is not { } spec)
                {
                    return Failures.List(terminal, form, read.Mistakes);
                }

                using var client = CoordinatorClient.At(parsed.GetRequiredValue(coordinator));
                var id = RunIds.Next(spec.Name, TimeProvider.System);
                return await SubmitAsync(terminal, client, spec, id, parsed.GetRequiredValue(output), form, cancellation);
            }, cancellation);
        });
        return command;
    }

    private static async Task<int> SubmitAsync(
        Terminal terminal, CoordinatorClient client, RunSpec spec, string id, string output, string format, CancellationToken cancellation)
    {
        await client.Runs.SubmitAsync(new SubmitRequest { RunId = id, SpecJson = RunSpecJson.Write(spec) }, cancellationToken: cancellation);
        using var folder = RunFolder.Create(output, id);
        try
        {
            return await RunSession.FollowAsync(terminal, client, spec, id, folder, format, cancellation, $"coordinator  {client.Address}");
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or Grpc.Core.RpcException)
        {
            terminal.Error.WriteLine($"The run goes on. Look: ./dist status {id} --coordinator {client.Address}; end it: ./dist stop {id} --coordinator {client.Address}");
            throw;
        }
    }
}
