using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Checks;
using Distributed.Cli.Output;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist check</c>: what is installed, what is missing, and the command that installs it.</summary>
internal static class CheckVerb
{
    public static Command Create(Terminal terminal)
    {
        var format = Settings.Format();
        var command = new Command("check", "Shows what this machine trains with, what is missing and the command that installs it.") { format };
        command.SetAction(parsed => Check(terminal, parsed.GetRequiredValue(format)));
        return command;
    }

    private static int Check(Terminal terminal, string format)
    {
        var findings = Machine.Look(".").ToArray();
        if (format == "json")
        {
            terminal.Out.WriteLine(new JsonObject { ["checks"] = new JsonArray([.. findings.Select(ToJson)]) }.ToJsonString());
        }
        else
        {
            foreach (var finding in findings)
            {
                terminal.Out.WriteLine($"{Word(finding.Standing),-8} {finding.Name,-11} {finding.Value}");
                if (finding.Remedy is { } remedy)
                {
                    terminal.Out.WriteLine($"{"",-8} {"",-11} -> {remedy}");
                }
            }
        }

        return findings.Any(finding => finding.Standing == Standing.Missing) ? ExitCode.Failed : ExitCode.Done;
    }

    private static JsonNode ToJson(Finding finding) => new JsonObject
    {
        ["name"] = finding.Name,
        ["standing"] = Word(finding.Standing),
        ["value"] = finding.Value,
        ["remedy"] = finding.Remedy,
    };

    private static string Word(Standing standing) => standing switch
    {
        Standing.Ok => "ok",
        Standing.Warning => "warning",
        _ => "missing",
    };
}
