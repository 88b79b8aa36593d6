using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Output;
using Distributed.Cli.RunFiles;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist config check FILE</c>: all mistakes at once, or every effective value and where it came from.</summary>
internal static class ConfigVerb
{
    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var (file, set, format) = (Settings.File(), Settings.Set(), Settings.Format());
        var check = new Command("check", "Checks a run file: lists every mistake, or every effective value and where it came from.") { file, set, format };
        check.SetAction(parsed => Check(terminal, plugins, parsed.GetRequiredValue(file), parsed.GetRequiredValue(set), parsed.GetRequiredValue(format)));
        return new Command("config", "Looks at run files.") { check };
    }

    private static int Check(Terminal terminal, NodePlugins plugins, string path, string[] sets, string format)
    {
        var file = RunFileReading.Read(path, sets, terminal, plugins);
        if (file.Spec is not { } spec)
        {
            return Failures.List(terminal, format, file.Mistakes);
        }

        var effective = file.Effective().ToArray();
        if (format == "json")
        {
            var values = new JsonArray([.. effective.Select(entry =>
                (JsonNode)new JsonObject { ["key"] = entry.Path, ["value"] = entry.Value, ["from"] = entry.Origin.ToString() })]);
            terminal.Out.WriteLine(new JsonObject { ["valid"] = true, ["specHash"] = RunSpecJson.Hash(spec).Hex, ["values"] = values }.ToJsonString());
            return ExitCode.Done;
        }

        var (keys, texts) = (effective.Max(entry => entry.Path.Length), effective.Max(entry => entry.Value.Length));
        foreach (var (key, value, origin) in effective)
        {
            terminal.Out.WriteLine($"{key.PadRight(keys)}  {value.PadRight(texts)}  {origin}");
        }

        terminal.Out.WriteLine($"valid; specification {RunSpecJson.Hash(spec).Hex[..12]}");
        return ExitCode.Done;
    }
}
