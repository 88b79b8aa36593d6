using System.CommandLine;
using System.Net;
using System.Text.Json.Nodes;
using Distributed.Cli.Arguments;
using Distributed.Cli.Hosting;
using Distributed.Cli.Output;
using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
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
        var certificate = Settings.Text(
            terminal, "--tls-certificate", "DIST_TLS_CERTIFICATE", "FILE", "PEM file of the coordinator's certificate: the port then speaks TLS only. [env: DIST_TLS_CERTIFICATE]", null);
        var key = Settings.Text(terminal, "--tls-key", "DIST_TLS_KEY", "FILE", "PEM file of the certificate's private key. [env: DIST_TLS_KEY]", null);
        var clients = Settings.Text(
            terminal, "--tls-client-ca", "DIST_TLS_CLIENT_CA", "FILE", "PEM file of the CA that must have signed every client's certificate. [env: DIST_TLS_CLIENT_CA; default: none is asked for]", null);
        var metrics = Settings.Port(terminal, "--metrics-port", "DIST_METRICS_PORT", "Port for Prometheus, which gets /metrics there over HTTP/1.1 without TLS; 0: any free one.");
        var reflection = new Option<bool>("--reflection") { Description = "Lets tools such as grpcurl ask which services and messages there are." };
        var verbose = Settings.Verbose();
        var command = new Command("coordinator", "Serves runs to nodes until it is told to stop; goes on where it was after a restart.") 
        {
            port, address, data, certificate, key, clients, metrics, reflection, verbose,
        };
        command.SetAction((parsed, cancellation) => Failures.GuardAsync(terminal, "text", () => ServeAsync(
            terminal,
            new CoordinatorOptions
            {
                Port = parsed.GetRequiredValue(port),
                Address = parsed.GetRequiredValue(address),
                DataDirectory = parsed.GetRequiredValue(data),
                MetricsPort = parsed.GetValue(metrics),
                Reflection = parsed.GetValue(reflection),
                Tls = Settings.TlsFiles(parsed.GetValue(certificate), parsed.GetValue(key), parsed.GetValue(clients)),
            },
            parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information,
            cancellation), cancellation));
        return command;
    }

    private static async Task<int> ServeAsync(Terminal terminal, CoordinatorOptions options, LogLevel level, CancellationToken cancellation)
    {
        Settings.Warn(terminal, options.Tls);
        await using var host = CoordinatorHost.Create(options, services =>
        {
            services.AddSingleton<IHostLifetime, NoSignals>();
            services.AddLogging(logging => Logs.Configure(logging, level));
        });
        await host.StartAsync(cancellation);
        if (options.Port == 0 || options.MetricsPort == 0)
        {
            var ports = new JsonObject { ["port"] = host.Port, ["address"] = options.Address };
            if (options.MetricsPort is not null)
            {
                ports["metricsPort"] = host.MetricsPort;
            }

            terminal.Out.WriteLine(ports.ToJsonString());
            terminal.Out.Flush();
        }

        var listens = IPAddress.Parse(options.Address);
        var urls = CoordinatorUrls.Of(options.Tls.Any ? "https" : "http", listens, host.Port, CoordinatorUrls.OfThisMachine());
        terminal.Error.WriteLine($"coordinator at {urls.Here}, data in {Path.GetFullPath(options.DataDirectory)}; Ctrl-C stops it");
        if (options.MetricsPort is not null)
        {
            terminal.Error.WriteLine($"metrics at {CoordinatorUrls.Of("http", listens, host.MetricsPort, []).Here}/metrics");
        }

        var more = options.Tls switch
        {
            { Authorities: not null } => " --tls-ca CA --tls-certificate FILE --tls-key FILE",
            { Any: true } => " --tls-ca CA",
            _ => "",
        };
        terminal.Error.WriteLine($"next: ./dist node --coordinator {urls.Here}{more}   and   ./dist run FILE --coordinator {urls.Here}{more}");
        if (urls.Elsewhere.Count > 0)
        {
            terminal.Error.WriteLine($"on other machines: --coordinator {string.Join("   or   ", urls.Elsewhere)}");
        }

        await host.WaitForStopAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await host.StopAsync(CancellationToken.None);

        // Stopped by itself: another coordinator took over, and the log says so.
        return cancellation.IsCancellationRequested ? ExitCode.Done : ExitCode.Failed;
    }
}
