using System.Diagnostics;
using System.Globalization;
using Distributed.Cli.Artifacts;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Spectre.Console;

namespace Distributed.Cli.Verbs;

/// <summary>A submitted run as its user watches it: header, rounds, files, result. The same for <c>simulate</c> and <c>run</c>.</summary>
internal static class RunSession
{
    /// <summary>Follows a run to its end, fetches the model and writes the result.</summary>
    /// <returns>The exit code of how it ended.</returns>
    public static async Task<int> FollowAsync(
        Terminal terminal, CoordinatorClient client, RunSpec spec, string id, RunFolder folder, string format, CancellationToken cancellation, params string[] header)
    {
        RunStatus status;
        RunProgress progress;
        using (var view = View(terminal, format))
        {
            view.Begin([$"run          {id}", $"data         {Data(spec)}", $"model        {spec.Model.Name}  aggregator {spec.Aggregator.Name}", .. header]);
            var follower = new RunFollower(client, view, folder, TimeProvider.System);
            status = await follower.FollowAsync(id, spec.Rounds, cancellation);
            progress = follower.Progress;
        }

        if (status.Version > 0 || status.ModelHash.Length > 0)
        {
            var model = await ModelDownload.ToFileAsync(client.Invoker, id, status.Version, folder.Model, cancellation);
            if (model.Refusal is { } refusal)
            {
                return Failures.Say(terminal, format, ExitCode.Failed, "failed", RefusalCodes.WireName(refusal.Code), refusal.ToString());
            }
        }

        using var process = Process.GetCurrentProcess();
        var result = new ResultJson(status, progress, (TimeProvider.System.GetLocalNow() - process.StartTime).TotalSeconds, folder.Path);
        folder.Summarize(result, spec);
        Report(terminal, format, result, folder);
        return ExitCode.OfRun(status.State);
    }

    private static void Report(Terminal terminal, string format, ResultJson result, RunFolder folder)
    {
        var writer = format == "json" ? terminal.Error : terminal.Out;
        var accuracy = result.Progress.Accuracy is { } value ? string.Create(CultureInfo.InvariantCulture, $"  accuracy {value:0.0000}") : "";
        writer.WriteLine(
            $"{result.Status.State}{accuracy}  {RoundLine.Duration(result.Progress.Seconds)} of rounds, {RoundLine.Duration(result.TotalSeconds)} in all");
        if (result.Status.State != "completed" && result.Status.Detail.Length > 0)
        {
            terminal.Complain(result.Status.Detail);
        }

        if (result.Status.ModelHash.Length > 0)
        {
            writer.WriteLine($"model        {result.Status.ModelHash}");
        }

        writer.WriteLine($"files        {folder.Path}");
        if (format == "json")
        {
            terminal.Out.WriteLine(result.ToLine());
        }
    }

    private static IRunView View(Terminal terminal, string format) =>
        format == "json" ? new PlainRunView(terminal.Error)
        : terminal.Interactive ? new LiveRunView(AnsiConsole.Console)
        : new PlainRunView(terminal.Out);

    private static string Data(RunSpec spec) =>
        $"{spec.Data.Source}{(spec.Data.Path is { } path ? $" in {path}" : "")}, {spec.Data.Clients} clients, {spec.Data.Partition.Name}"
        + string.Concat(spec.Data.Partition.Parameters.Select(pair => $" {pair.Key} {pair.Value?.ToJsonString()}"));
}
