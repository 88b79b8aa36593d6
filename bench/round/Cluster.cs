using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Distributed.Bench.Round;

/// <summary>One coordinator process and several node processes of the real command, ended together.</summary>
internal sealed class Cluster : IDisposable
{
    private readonly List<Process> processes = [];
    private readonly string dist;
    private readonly Process coordinator;
    private readonly string address;

    public Cluster(string dist, string folder, int nodes)
    {
        this.dist = dist;
        coordinator = Start(["coordinator", "--address", "127.0.0.1", "--port", "0", "--data", folder]);
        address = "http://127.0.0.1:" + ReadPort(coordinator).ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < nodes; i++)
        {
            Drain(Start(["node", "--coordinator", address, "--name", $"node-{i}", "--workers", "1"]));
        }
    }

    /// <summary>Submits a run file and waits for its end.</summary>
    /// <returns>The JSON object of the command's last line.</returns>
    public JsonElement Run(string runFile)
    {
        var run = Start(["run", runFile, "--coordinator", address, "--format", "json"]);
        string? last = null;
        while (run.StandardOutput.ReadLine() is { } line)
        {
            last = line.Length > 0 ? line : last;
        }

        run.WaitForExit();
        return run.ExitCode == 0 && last is not null
            ? JsonDocument.Parse(last).RootElement
            : throw new InvalidOperationException($"dist run ended with {run.ExitCode}: {run.StandardError.ReadToEnd()}");
    }

    /// <summary>The most memory that the coordinator had resident (VmHWM), in MB of 10^6 bytes.</summary>
    public double CoordinatorPeakMegabytes()
    {
        coordinator.Refresh();
        return coordinator.PeakWorkingSet64 / 1e6;
    }

    public void Dispose()
    {
        foreach (var process in processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }
    }

    private static int ReadPort(Process process)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith('{') && JsonDocument.Parse(line).RootElement.TryGetProperty("port", out var port))
            {
                Drain(process);
                return port.GetInt32();
            }
        }

        throw new InvalidOperationException("the coordinator ended before it listened: " + process.StandardError.ReadToEnd());
    }

    // A full pipe would stop the process: what they print is thrown away.
    private static void Drain(Process process)
    {
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var process = Process.Start(new ProcessStartInfo(dist, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        processes.Add(process);
        return process;
    }
}
