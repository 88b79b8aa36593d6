using System.Runtime.InteropServices;
using Distributed.Cli;
using Distributed.Cli.Output;
using Distributed.Cli.Verbs;

// The first signal asks the command to end cleanly; the second ends the process.
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
return await DistCommand.RunAsync(args, Terminal.OfProcess(), stop.Token);
