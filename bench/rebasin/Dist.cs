using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Distributed.Bench.Rebasin;

/// <summary>The command as a user types it.</summary>
/// <param name="data">Folder of the images.</param>
/// <param name="runs">Folder of the trainings; those that are there already are not made again.</param>
internal sealed class Dist(string data, string runs)
{

    /// <summary>Trains a run file of this folder; the model's file.</summary>
    public string Train(string file, int seed, params string[] settings)
    {
        var folder = Path.Combine(runs, Text($"{Path.GetFileNameWithoutExtension(file)}{string.Concat(settings.SelectMany(setting => setting.Where(char.IsAsciiDigit)))}-{seed}"));
        if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "model.safetensors", SearchOption.AllDirectories).FirstOrDefault() is { } trained)
        {
            return trained;
        }

        var result = Run(["simulate", $"bench/rebasin/{file}", "--out", folder, "--set", $"data.path={data}", "--set", Text($"seed={seed}"),
            .. settings.SelectMany(setting => new[] { "--set", setting })]);
        Console.WriteLine(Text($"trained {file} {string.Join(' ', settings)} seed {seed}: accuracy {result.GetProperty("metrics").GetProperty("accuracy").GetDouble():0.0000}, {result.GetProperty("seconds").GetDouble():0.0} s"));
        return Path.Combine(result.GetProperty("artifacts").GetString()!, "model.safetensors");
    }

    /// <summary>Merges; the JSON of the last line.</summary>
    public JsonElement Merge(string first, string second, int examples, params string[] options) =>
        Run(["merge", first, second, "-o", Path.Combine(runs, "merged.safetensors"), "--examples", Text($"{examples}"), .. options]);

    private static JsonElement Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("./dist", [.. arguments, "--format", "json"]) { RedirectStandardOutput = true })!;
        string? last = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            last = line.Length > 0 ? line : last;
        }

        process.WaitForExit();
        return process.ExitCode == 0 && last is not null
            ? JsonDocument.Parse(last).RootElement
            : throw new InvalidOperationException($"./dist {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
