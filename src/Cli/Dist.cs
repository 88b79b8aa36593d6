using System.Runtime.InteropServices;
using Distributed.Cli.Output;
using Distributed.Cli.Verbs;
using Distributed.Node.Training;

namespace Distributed.Cli;

/// <summary>The command as a program's <c>Main</c>: <c>dist</c> itself, or a project of a user's own that brings its models.</summary>
public static class Dist
{
    /// <summary>Runs a command line in this process. The first SIGINT or SIGTERM ends it cleanly, the second ends the process.</summary>
    /// <param name="args">The words behind the program's name, e.g. <c>simulate run.yaml</c> or <c>node --coordinator URL</c>.</param>
    /// <param name="plugins">The user's own tasks; null: only what is built in.</param>
    /// <returns>The exit code: 0 done, 1 failed, 2 usage or configuration, 3 refused, 4 partial, 5 interrupted.</returns>
    public static async Task<int> RunAsync(string[] args, NodePlugins? plugins = null)
    {
        if (OperatingSystem.IsWindows())
        {
            Terminal.OfProcess().Complain("Distributed runs on Linux and macOS. On Windows, use it in WSL 2.");
            return ExitCode.Failed;
        }

        using var stop = new CancellationTokenSource();
        var asked = 0;
        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.Exchange(ref asked, 1) == 1)
            {
                Environment.Exit(ExitCode.Interrupted);
            }

            stop.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        return await DistCommand.RunAsync(args, Terminal.OfProcess(), stop.Token, plugins);
    }
}
