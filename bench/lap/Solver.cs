using System.Diagnostics;
using Distributed.Algorithms.Merging.Assignments;

namespace Distributed.Bench.Lap;

/// <summary>What one solution took, in seconds, and its sum.</summary>
internal readonly record struct Solved(double Wall, double Cpu, double Objective);

/// <summary>Our solver.</summary>
internal sealed class Solver(double[] costs, int size)
{
    internal double ScansPerRow { get; private set; }

    internal Solved Solve()
    {
        using var self = Process.GetCurrentProcess();
        var (cpu, clock) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        var solved = LinearAssignment.Solve(costs, size);
        var wall = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        self.Refresh();
        ScansPerRow = solved.Scans / (double)size;
        return new(wall, (self.TotalProcessorTime - cpu).TotalSeconds, solved.Objective);
    }
}
