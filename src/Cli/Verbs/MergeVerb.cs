using System.CommandLine;
using System.Diagnostics;
using Distributed.Algorithms.Merging;
using Distributed.Cli.Merging;
using Distributed.Cli.Output;
using Distributed.Node.Training;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist merge A B … --method NAME -o C</c>: one model out of several.</summary>
internal static class MergeVerb
{
    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var options = new MergeOptions();
        var command = new Command(
            "merge",
            "Makes one model out of several safetensors files: means and differences tensor by tensor, or units matched first. "
                + "--list shows all methods with their parameters.");
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(options.Format);
            return Failures.GuardAsync(
                terminal, form,
                () => Task.FromResult(parsed.GetValue(options.List) ? List(terminal) : Merge(terminal, plugins, options.Read(parsed), form, cancellation)),
                cancellation);
        });
        return command;
    }

    private static int Merge(Terminal terminal, NodePlugins plugins, MergeRequest request, string format, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var progress = format == "json" ? terminal.Error : terminal.Out;
        var fault = new MergeJob(request, terminal, plugins, progress.WriteLine, cancellation).Run(out var result);
        if (fault is not null)
        {
            foreach (var line in fault.Lines.Count == 1 ? [] : fault.Lines)
            {
                terminal.Error.WriteLine(line);
            }

            var status = fault.ExitCode == ExitCode.Refused ? "refused" : "failed";
            return Failures.Say(terminal, format, fault.ExitCode, status, fault.Code, fault.Summary);
        }

        if (request.Plot is { } plot)
        {
            MergePlot.Write(plot, result!);
        }

        foreach (var line in MergeReportText.Lines(result!, clock.Elapsed.TotalSeconds))
        {
            progress.WriteLine(line);
        }

        if (format == "json")
        {
            terminal.Out.WriteLine(MergeReportJson.Write(request, result!, clock.Elapsed.TotalSeconds));
        }

        return ExitCode.Done;
    }

    private static int List(Terminal terminal)
    {
        var (names, models) = (MergeMethod.All.Max(method => method.Name.Length), MergeMethod.All.Max(method => method.Models().Length));
        foreach (var method in MergeMethod.All)
        {
            var uses = string.Concat(
                method.Merger?.Base switch { BaseModel.Required => ", needs --base", BaseModel.Optional => ", takes --base", _ => "" },
                method.Merger?.TakesWeights == true ? ", takes --weights" : "", method.NeedsData ? ", needs --run" : "");
            terminal.Out.WriteLine($"{method.Name.PadRight(names)}  {method.Models().PadRight(models)} models  {method.Summary}{uses}");
            if (method.Defaults() is { Length: > 0 } defaults)
            {
                terminal.Out.WriteLine($"{new string(' ', names + models + 11)}--set {defaults}");
            }
        }

        return ExitCode.Done;
    }
}
