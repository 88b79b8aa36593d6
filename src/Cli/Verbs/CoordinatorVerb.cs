using System.CommandLine;
using System.Text.Json.Nodes;
using Distributed.Cli.Hosting;
using Distributed.Cli.Output;
using Distributed.Coordinator.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist coordinator</c>: serves until it is told to stop.</summary>
internal static class CoordinatorVerb
{
    public static Command Create(Terminal terminal)
    {
        var port = Settings.Number(terminal, "--port", "DIST_PORT", Settings.DefaultPort, "Port to listen on; 0: any free one, printed as a JSON line.", 0, 65535);
        var address = Settings.Text(terminal, "--address", "DIST_ADDRESS", "IP", "IP address to listen on; 0.0.0.0 lets other machines in. [env: DIST_ADDRESS]", "127.0.0.1");
        var data = Settings.Data(terminal);
        var verbose = Settings.Verbose();
        var command = new Command("coordinator", "Serves runs to nodes until it is told to stop; goes on where it was after a restart.") { port, address, data, verbose };
        command.SetAction((parsed, cancellation) => Failures.GuardAsync(terminal, "text", () => ServeAsync(
            terminal,
            new CoordinatorOptions
            {
                Port = parsed.GetRequiredValue(port),
                Address = parsed.GetRequiredValue(address),
                DataDirectory = parsed.GetRequiredValue(data),
            },
            parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information,
            cancellation), cancellation));
        return command;
    }

    private static async Task<int> ServeAsync(Terminal terminal, CoordinatorOptions options, LogLevel level, CancellationToken cancellation)
    {
        await using var host = CoordinatorHost.Create(options, services =>
        {
            services.AddSingleton<IHostLifetime, NoSignals>();
            services.AddLogging(logging => Logs.Configure(logging, level));
        });
        await host.StartAsync(cancellation);
        if (options.Port == 0)
        {
            terminal.Out.WriteLine(new JsonObject { ["port"] = host.Port, ["address"] = options.Address }.ToJsonString());
            terminal.Out.Flush();
        }

        var url = $"http://{(options.Address.Contains(':', StringComparison.Ordinal) ? $"[{options.Address}]" : options.Address)}:{host.Port}";
        terminal.Error.WriteLine($"coordinator at {url}, data in {Path.GetFullPath(options.DataDirectory)}; Ctrl-C stops it");
        terminal.Error.WriteLine($"next: ./dist node --coordinator {url}   and   ./dist run FILE --coordinator {url}");
        await host.WaitForStopAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);

        // Stopped by itself: another coordinator took over, and the log says so.
        return cancellation.IsCancellationRequested ? ExitCode.Done : ExitCode.Failed;
    }
}
