using System.CommandLine;
using Distributed.Cli.Arguments;
using Distributed.Cli.Artifacts;
using Distributed.Cli.Checks;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Cli.RunFiles;
using Distributed.Cli.Simulation;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist simulate FILE</c>: coordinator and workers in this process, one run from beginning to end.</summary>
internal static class SimulateVerb
{
    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var (file, set, output, format) = (Settings.File(), Settings.Set(), Settings.Out(), Settings.Format());
        var command = new Command("simulate", "Runs a whole federation in this process: a coordinator and its workers.") { file, set, output, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(terminal, form, async () =>
            {
                var read = RunFileReading.Read(parsed.GetRequiredValue(file), parsed.GetRequiredValue(set), terminal, plugins);
                return read.Spec is { } spec
                    ? await SimulateAsync(terminal, plugins, spec, parsed.GetRequiredValue(output), form, cancellation)
                    : Failures.List(terminal, form, read.Mistakes);
            }, cancellation);
        });
        return command;
    }

    private static async Task<int> SimulateAsync(
        Terminal terminal, NodePlugins plugins, RunSpec spec, string output, string format, CancellationToken cancellation)
    {
        if (spec.Proxy is { From: ProxyOrigin.Own, Path: null or "" })
        {
            return Failures.Say(
                terminal, format, ExitCode.Usage, "failed", "RUN_FILE", "proxy.path: is required in a simulation with proxy.from: own; no worker has another folder");
        }

        if (spec.Cohort.MinimumNodes > spec.Simulation.Workers)
        {
            return Failures.Say(
                terminal, format, ExitCode.Usage, "failed", "RUN_FILE",
                $"cohort.minimumNodes: {spec.Cohort.MinimumNodes} is more than simulation.workers {spec.Simulation.Workers}; each worker of a simulation is a node, and the run would wait for ever");
        }

        // A machine that cannot train says so before anything is written.
        var engine = spec.Data.Source == "none" ? [] : Machine.Engine();
        if (engine.FirstOrDefault(finding => finding.Standing == Standing.Missing) is { } missing)
        {
            return Failures.Say(terminal, format, ExitCode.Failed, "failed", "ENGINE", $"{missing.Value} Install it with: {missing.Remedy}");
        }

        var id = RunIds.Next(spec.Name, TimeProvider.System);
        using var folder = RunFolder.Create(output, id, spec);
        var data = Path.Combine(folder.Path, ".coordinator");
        int exit;
        await using (var federation = await InProcessFederation.StartAsync(data, spec.Simulation, plugins, terminal, cancellation))
        {
            using var client = federation.Connect();
            await client.Runs.SubmitAsync(new SubmitRequest { RunId = id, SpecJson = RunSpecJson.Write(spec) }, cancellationToken: cancellation);
            var session = new RunSession(terminal, client, spec, id, folder, format) { OnInterrupt = () => StopAsync(client, id), NodePatience = TimeSpan.FromSeconds(5) };
            exit = await session.FollowAsync(Header(spec, engine), cancellation);
        }

        folder.TakeTrace(Path.Combine(data, "runs", id, "trace.jsonl"));
        if (exit == ExitCode.Done)
        {
            Directory.Delete(data, recursive: true);
        }

        return exit;
    }

    private static IEnumerable<string> Header(RunSpec spec, IReadOnlyList<Finding> engine)
    {
        yield return $"engine       {string.Join(", ", engine.Where(finding => finding.Name is "libtorch" or "devices").Select(finding => $"{finding.Name} {finding.Value}"))}";
        yield return $"workers      {spec.Simulation.Workers} in this process, {spec.Simulation.Threads} thread(s) each";
        foreach (var warning in engine.Where(finding => finding.Standing == Standing.Warning))
        {
            yield return $"warning      {warning.Name}: {warning.Value}; {warning.Remedy}";
        }
    }

    // A simulation ends with its process, so its run is stopped, and says what it had reached.
    private static async Task<RunStatus?> StopAsync(CoordinatorClient client, string id)
    {
        var reply = await client.Runs.StopAsync(new StopRequest { RunId = id }, deadline: TimeProvider.System.GetUtcNow().AddSeconds(10).UtcDateTime);
        return reply.Status;
    }
}
