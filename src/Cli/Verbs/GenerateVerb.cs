using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Distributed.Algorithms.Tensors;
using Distributed.Cli.Arguments;
using Distributed.Cli.Checks;
using Distributed.Cli.Merging;
using Distributed.Cli.Output;
using Distributed.Node.Models.Language;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist generate MODEL</c>: text from a trained language model. What the model is, the run's folder says.</summary>
internal static class GenerateVerb
{
    private static readonly TextSampling Defaults = new();

    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var model = new Argument<string>("MODEL") { Description = "A run's folder, or a safetensors file in one." };
        var run = new Option<string?>("--run") { HelpName = "FILE", Description = "Run file of the model, where no run.json lies beside it." };
        var prompt = new Option<string>("--prompt") { HelpName = "TEXT", Description = "What the text begins with.", DefaultValueFactory = _ => "" };
        var length = Number("--length", Defaults.Length, 0, 1_000_000, "Tokens to write.");
        var temperature = Number("--temperature", Defaults.Temperature, 0, 100.0, "The higher, the more daring; 0: always the likeliest token.");
        var top = Number("--top-k", Defaults.TopK, 0, 1_000_000, "Chooses among the N likeliest tokens; 0: among all.");
        var seed = Number("--seed", Defaults.Seed, 0, int.MaxValue, "The same seed gives the same text.");
        var threads = Number("--threads", 1, 1, 1024, "Threads inside an operator.");
        var format = Settings.Format();
        var command = new Command("generate", "Writes text with a language model that a run has trained.") { model, run, prompt, length, temperature, top, seed, threads, format };
        command.SetAction((parsed, cancellation) =>
        {
            var form = parsed.GetRequiredValue(format);
            var sampling = new TextSampling(parsed.GetValue(length), parsed.GetValue(temperature), parsed.GetValue(top), parsed.GetValue(seed));
            return Failures.GuardAsync(
                terminal,
                form,
                () => Task.FromResult(Generate(
                    terminal, plugins, parsed.GetRequiredValue(model), parsed.GetValue(run), parsed.GetRequiredValue(prompt), sampling, parsed.GetValue(threads), form, cancellation)),
                cancellation);
        });
        return command;
    }

    private static int Generate(
        Terminal terminal, NodePlugins plugins, string model, string? run, string prompt, TextSampling sampling, int threads, string format, CancellationToken cancellation)
    {
        var mistakes = new List<string>();
        if (Specification(terminal, plugins, model, run, mistakes) is not { } spec)
        {
            return Failures.Say(terminal, format, ExitCode.Usage, "failed", "USAGE", string.Join("; ", mistakes));
        }

        if (Machine.Engine().FirstOrDefault(finding => finding.Standing == Standing.Missing) is { } missing)
        {
            return Failures.Say(terminal, format, ExitCode.Failed, "failed", "ENGINE", $"{missing.Value} Install it with: {missing.Remedy}");
        }

        try
        {
            using var file = ModelFile.Open(model);
            using var generator = TextGenerator.Open(spec, file.Load(), threads, mistakes);
            if (generator is null)
            {
                return Failures.Say(terminal, format, ExitCode.Failed, "failed", "MODEL", $"{model}: {string.Join("; ", mistakes)}");
            }

            var text = generator.Generate(prompt, sampling, cancellation);
            terminal.Out.WriteLine(format == "json" ? new JsonObject { ["prompt"] = prompt, ["text"] = text }.ToJsonString() : prompt + Shown(text));
            return ExitCode.Done;
        }
        catch (Exception error) when (error is SafetensorsException or ArgumentException)
        {
            return Failures.Say(terminal, format, ExitCode.Failed, "failed", "MODEL", $"{model}: {error.Message}");
        }
    }

    private static RunSpec? Specification(Terminal terminal, NodePlugins plugins, string model, string? run, List<string> mistakes)
    {
        if (!File.Exists(model) && !Directory.Exists(model))
        {
            mistakes.Add($"{model}: no such file or folder");
            return null;
        }

        var spec = run is null ? MergeRunFile.ReadBeside(model, null, mistakes) : MergeRunFile.Read(run, null, terminal, plugins, mistakes);
        if (spec is null && mistakes.Count == 0)
        {
            mistakes.Add($"no run.json lies beside {model}; name the run's file with --run FILE");
        }

        return spec;
    }

    // A model may have learned what makes a terminal do things.
    private static string Shown(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));

    private static Option<T> Number<T>(string name, T fallback, T least, T most, string description)
        where T : struct, INumber<T> => new(name)
        {
            HelpName = "N",
            Description = description,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var text = result.Tokens.Single().Value;
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                {
                    return number;
                }

                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {least} to {most}, got '{text}'."));
                return fallback;
            },
        };
}
