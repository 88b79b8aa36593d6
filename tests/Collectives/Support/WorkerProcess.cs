using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Distributed.Collectives.Tests.Support;

/// <summary>A <see cref="Worker"/> that can be killed.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="group">The group's name, or "-" for an exchange over standard input and output.</param>
    /// <param name="rank">From 0.</param>
    /// <param name="size">The number of ranks.</param>
    /// <param name="deadlineSeconds">For each operation.</param>
    /// <param name="host">The name of a host, and the address of this side of it.</param>
    /// <param name="space">The network namespace to run in.</param>
    /// <param name="gloo">What DIST_GLOO says.</param>
    internal WorkerProcess(
        string group, int rank, int size, int deadlineSeconds, (string Name, string Address)? host = null, string? space = null, string? gloo = null)
    {
        string[] arguments =
        [
            .. space is null ? [] : new[] { "ip", "netns", "exec", space },
            "dotnet", typeof(WorkerProcess).Assembly.Location, group, .. new[] { rank, size, deadlineSeconds }.Select(n => n.ToString(CultureInfo.InvariantCulture)),
            .. host is { } place ? new[] { place.Name, place.Address } : [],
        ];
        _process = Process.Start(new ProcessStartInfo(arguments[0], arguments[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, Environment = { ["DIST_GLOO"] = gloo } })!;
    }

    internal void Tell(string line) => _process.StandardInput.WriteLine(line);

    internal async Task<string> Line() => await _process.StandardOutput.ReadLineAsync() ?? "(ended)";

    /// <summary>The reason that the worker ends with.</summary>
    internal async Task<string> Reason()
    {
        string line;
        do line = await Line();
        while (char.IsAsciiDigit(line[0]));
        return line;
    }

    /// <summary>Ends when the process has.</summary>
    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    internal void Stop() => Assert.Equal(0, Signal(_process.Id, 19));

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
