using System.Diagnostics;
using System.Globalization;

namespace Distributed.Bench.Step;

/// <summary>Seconds that some steps took.</summary>
internal readonly record struct Seconds(double Wall, double Cpu)
{
    internal static Seconds Of(Action steps)
    {
        using var self = Process.GetCurrentProcess();
        var (cpu, clock) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        steps();
        var wall = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        self.Refresh();
        return new(wall, (self.TotalProcessorTime - cpu).TotalSeconds);
    }
}

/// <summary>peer.py in a process of its own.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    internal Peer(string python)
    {
        var start = new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "peer.py")]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    internal Seconds Run(string model, bool each, int steps)
    {
        _process.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model} {(each ? "foreach" : "single")} {steps}"));
        var answer = _process.StandardOutput.ReadLine()?.Split(' ') ?? throw new InvalidOperationException("peer.py ended");
        return new(double.Parse(answer[0], CultureInfo.InvariantCulture), double.Parse(answer[1], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
