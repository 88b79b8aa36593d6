using System.Diagnostics;
using System.Text.Json;
using Distributed.Protocols.Runs;

namespace Distributed.Bench.Accuracy;

/// <summary>What one run came to.</summary>
/// <param name="Accuracy">On the test images after the last round, 0 to 1.</param>
/// <param name="Seconds">From the first round's start.</param>
/// <param name="TotalSeconds">From the process's start.</param>
/// <param name="ModelHash">SHA-256 of the final model's file.</param>
/// <param name="Rounds">The lines of <c>rounds.jsonl</c>.</param>
internal sealed record Outcome(double Accuracy, double Seconds, double TotalSeconds, string ModelHash, IReadOnlyList<RoundRecord> Rounds)
{
    /// <summary>The mean of a figure of the aggregator's over the last rounds.</summary>
    public double MeanOfLast(int rounds, string metric) => Rounds.TakeLast(rounds)
        .Average(round => round.Report!.Value.GetProperty("metrics").GetProperty(metric).GetDouble());
}

/// <summary>Runs of the command as a user types it, each once: <c>./dist simulate EXAMPLE --set …</c>.</summary>
internal sealed class Simulations(string data)
{
    private readonly Dictionary<string, Outcome> done = [];

    public Outcome Run(string example, int seed, params string[] settings)
    {
        string[] arguments =
        [
            "simulate", $"examples/{example}.yaml", "--format", "json", "--set", $"data.path={data}", "--set", $"seed={seed}",
            .. settings.SelectMany(setting => new[] { "--set", setting }),
        ];
        var key = string.Join(' ', arguments);
        return done.TryGetValue(key, out var before) ? before : done[key] = Start(arguments);
    }

    private static Outcome Start(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("./dist", arguments) { RedirectStandardOutput = true })!;
        string? last = null;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            last = line.Length > 0 ? line : last;
        }

        process.WaitForExit();
        if (process.ExitCode != 0 || last is null)
        {
            throw new InvalidOperationException($"./dist {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }

        using var document = JsonDocument.Parse(last);
        var result = document.RootElement;
        var rounds = File.ReadLines(Path.Combine(result.GetProperty("artifacts").GetString()!, "rounds.jsonl")).Select(RoundRecord.Parse).ToList();
        return new(
            result.GetProperty("metrics").GetProperty("accuracy").GetDouble(),
            result.GetProperty("seconds").GetDouble(),
            result.GetProperty("totalSeconds").GetDouble(),
            result.GetProperty("modelHash").GetString()!,
            rounds);
    }
}
