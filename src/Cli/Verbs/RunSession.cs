using System.Diagnostics;
using System.Globalization;
using Distributed.Cli.Artifacts;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Core;
using Spectre.Console;

namespace Distributed.Cli.Verbs;

/// <summary>A submitted run as its user watches it: header, rounds, files, result. The same for <c>simulate</c> and <c>run</c>.</summary>
internal sealed class RunSession(Terminal terminal, CoordinatorClient client, RunSpec spec, string id, RunFolder folder, string format)
{
    /// <summary>What an interruption does to the run: gives its last status, or null when the run goes on without us.</summary>
    public Func<Task<RunStatus?>> OnInterrupt { get; init; } = () => Task.FromResult<RunStatus?>(null);

    /// <summary>The command that goes on with the run when it has failed; null: none does.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>How long the run may wait for nodes before that is said: in a simulation they are about to come.</summary>
    public TimeSpan NodePatience { get; init; } = TimeSpan.Zero;

    /// <summary>Follows the run to its end, fetches the model and writes the result.</summary>
    /// <param name="header">Lines about where it runs.</param>
    /// <param name="cancellation">The interruption.</param>
    /// <returns>The exit code of how it ended.</returns>
    public async Task<int> FollowAsync(IEnumerable<string> header, CancellationToken cancellation)
    {
        RunStatus status;
        RunFollower follower;
        using (var view = View())
        {
            view.Begin([$"run          {id}", $"data         {Data}", $"model        {Plugin(spec.Model)}", $"aggregator   {Plugin(spec.Aggregator)}", .. header]);
            follower = new RunFollower(client, view, folder, TimeProvider.System);
            try
            {
                status = await follower.FollowAsync(id, spec.Rounds, cancellation);
            }
            catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or RpcException)
            {
                if (await OnInterrupt() is not { } last)
                {
                    throw;
                }

                status = last;
            }
        }

        if (status.ModelHash.Length > 0)
        {
            var model = await ModelDownload.ToFileAsync(client.Invoker, id, status.Version, folder.Model, CancellationToken.None);
            if (model.Refusal is { } refusal)
            {
                return Failures.Say(terminal, format, ExitCode.Failed, "failed", RefusalCodes.WireName(refusal.Code), refusal.ToString());
            }
        }

        using var process = Process.GetCurrentProcess();
        var result = new ResultJson(status, follower.Progress, (TimeProvider.System.GetUtcNow() - process.StartTime.ToUniversalTime()).TotalSeconds, folder.Path);
        folder.Summarize(result, spec);
        Report(result, folder.Report());
        return ExitCode.OfRun(status.State);
    }

    private void Report(ResultJson result, string page)
    {
        var writer = format == "json" ? terminal.Error : terminal.Out;
        var accuracy = result.Progress.Accuracy is { } value ? string.Create(CultureInfo.InvariantCulture, $"  accuracy {value:0.0000}") : "";
        writer.WriteLine(
            $"{result.Status.State}{accuracy}  {RoundLine.Duration(result.Progress.Seconds)} of rounds, {RoundLine.Duration(result.TotalSeconds)} in all");
        if (result.Status.State != "completed" && result.Status.Detail.Length > 0)
        {
            terminal.Complain(result.Status.Detail);
        }

        if (result.Status.State == "failed" && ResumeCommand is { } command)
        {
            terminal.Error.WriteLine($"When the cause is gone, go on with: {command}");
        }

        if (result.Status.ModelHash.Length > 0)
        {
            writer.WriteLine($"model hash   {result.Status.ModelHash}");
        }

        writer.WriteLine($"report       {page}");
        writer.WriteLine($"files        {folder.Path}");
        if (format == "json")
        {
            terminal.Out.WriteLine(result.ToLine());
        }
    }

    private IRunView View() =>
        format == "json" ? new PlainRunView(terminal.Error, NodePatience, TimeProvider.System)
        : terminal.Interactive ? new LiveRunView(AnsiConsole.Console)
        : new PlainRunView(terminal.Out, NodePatience, TimeProvider.System);

    private string Data => $"{spec.Data.Source}{(spec.Data.Path is { } path ? $" in {path}" : "")}, {spec.Data.Clients} clients, {Plugin(spec.Data.Partition)}";

    private static string Plugin(PluginSpec plugin) =>
        string.Join(' ', [plugin.Name, .. plugin.Parameters.Select(pair => $"{pair.Key} {pair.Value?.ToJsonString()}")]);
}
