using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Distributed.Collectives.Tests.Support;

/// <summary>A <see cref="Worker"/> that can be killed.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private readonly Process _process;

    internal WorkerProcess(string group, int rank, int size, int deadlineSeconds)
    {
        string[] arguments = [typeof(WorkerProcess).Assembly.Location, group, .. new[] { rank, size, deadlineSeconds }.Select(n => n.ToString(CultureInfo.InvariantCulture))];
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
    }

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
