using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Reports.Pages;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist report RUN</c>: makes a run's page again, from its folder alone; of a run that goes on or was killed too.</summary>
internal static class ReportVerb
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder, or its id: then its folder is looked for in --out and in --data." };
        var (output, data, format) = (Settings.Out(), Settings.Data(terminal), Settings.Format());
        output.Description = "Where dist run and dist simulate put runs' folders.";
        var command = new Command("report", "Makes report.html of a run from the run's folder, whether the run has ended or not.") { run, output, data, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            string[] parents = ["", parsed.GetRequiredValue(output), Path.Combine(parsed.GetRequiredValue(data), "runs")];
            return Failures.GuardAsync(terminal, form, () => Task.FromResult(Report(terminal, parsed.GetRequiredValue(run), parents, form)), cancellation);
        });
        return command;
    }

    private static int Report(Terminal terminal, string run, string[] parents, string format)
    {
        var folders = parents.Select(parent => Path.GetFullPath(Path.Combine(parent, run))).ToList();
        if (folders.Find(ReportFile.IsRun) is not { } folder)
        {
            return Failures.Say(
                terminal, format, ExitCode.Failed, "failed", "NOT_FOUND",
                $"none of these is the folder of a run: {string.Join(", ", folders.Distinct())}; --out and --data say where to look");
        }

        try
        {
            var page = ReportFile.Write(folder);
            terminal.Out.WriteLine(format == "json" ? new JsonObject { ["run"] = Path.GetFileName(folder), ["report"] = page }.ToJsonString() : page);
            return ExitCode.Done;
        }
        catch (InvalidDataException error)
        {
            return Failures.Say(terminal, format, ExitCode.Failed, "failed", "DATA", error.Message);
        }
    }
}
