using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Coordinator.Storage;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist verify [RUN]</c>: the checkpoints' chain and bytes, read from a coordinator's data folder.</summary>
internal static class VerifyVerb
{
    public static Command Create(Terminal terminal)
    {
        var run = new Argument<string>("RUN") { Description = "Run id; all runs when left out.", DefaultValueFactory = _ => "", Arity = ArgumentArity.ZeroOrOne };
        var data = Settings.Data(terminal);
        var format = Settings.Format();
        var command = new Command("verify", "Checks the chain of a run's checkpoints and the bytes of every model that is kept.") { run, data, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            return Failures.GuardAsync(
                terminal, form, () => Task.FromResult(Verify(terminal, parsed.GetRequiredValue(data), parsed.GetValue(run) ?? "", form)), cancellation);
        });
        return command;
    }

    private static int Verify(Terminal terminal, string data, string run, string format)
    {
        var findings = CheckpointAudit.Verify(data, run.Length == 0 ? null : run);
        if (findings.Length == 0)
        {
            var what = run.Length == 0 ? "no checkpoints" : $"no checkpoints of a run '{run}'";
            return Failures.Say(terminal, format, ExitCode.Failed, "failed", "NOT_FOUND", $"there are {what} in {Path.GetFullPath(data)}; --data names a coordinator's folder");
        }

        var broken = findings.Any(finding => finding.Problems.Length > 0);
        if (format == "json")
        {
            terminal.Out.WriteLine(new JsonObject { ["valid"] = !broken, ["runs"] = new JsonArray([.. findings.Select(ToJson)]) }.ToJsonString());
        }
        else
        {
            foreach (var finding in findings)
            {
                terminal.Out.WriteLine($"{(finding.Problems.Length == 0 ? "valid  " : "broken ")} {finding.RunId}  {finding.Versions} versions, newest {finding.Newest}");
                foreach (var problem in finding.Problems)
                {
                    terminal.Out.WriteLine($"  {problem}");
                }
            }
        }

        return broken ? ExitCode.Failed : ExitCode.Done;
    }

    private static JsonNode ToJson(ChainFinding finding) => new JsonObject
    {
        ["run"] = finding.RunId,
        ["versions"] = finding.Versions,
        ["modelHash"] = finding.Newest.Hex,
        ["problems"] = new JsonArray([.. finding.Problems.Select(problem => (JsonNode)problem.ToString())]),
    };
}
