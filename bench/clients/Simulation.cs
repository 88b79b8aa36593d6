using System.Diagnostics;
using System.Text.Json;

namespace Distributed.Bench.Clients;

/// <summary>One <c>dist simulate</c>, watched.</summary>
internal static class Simulation
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its peak of resident memory (VmHWM, MB of 10^6 bytes) and its seconds of rounds.</returns>
    public static (double Megabytes, double Seconds) Run(string dist, string runFile, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(dist, ["simulate", runFile, "--format", "json", "--out", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();

        // The kernel keeps the maximum; it is gone with the process, so it is read until then.
        double peak = 0;
        while (!process.WaitForExit(Look))
        {
            peak = Math.Max(peak, PeakMegabytes(process));
        }

        var last = output.GetAwaiter().GetResult().TrimEnd().Split('\n')[^1];
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"dist simulate ended with {process.ExitCode}: {error.GetAwaiter().GetResult()}");
        }

        return (peak, JsonDocument.Parse(last).RootElement.GetProperty("seconds").GetDouble());
    }

    // 0 when it has ended meanwhile.
    private static double PeakMegabytes(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64 / 1e6;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }
}
