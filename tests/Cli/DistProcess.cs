using System.Diagnostics;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests;

/// <summary>The command as a process of its own; killed at the end of the test if it still runs.</summary>
internal sealed class DistProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> error;

    public DistProcess(params string[] args)
    {
        // A script's `./test &` runs with the interrupt ignored, and a child would inherit that: env gives it back before it becomes dotnet.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "dist.dll"));
        foreach (var argument in args)
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
    }

    public int Id => process.Id;

    public Task<string?> ReadLineAsync() => process.StandardOutput.ReadLineAsync();

    /// <summary>Asks it to end as a terminal does.</summary>
    public void Interrupt() => Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();

    public async Task<Invocation> EndAsync()
    {
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, output, await error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }
}
