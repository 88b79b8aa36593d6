using System.CommandLine;
using System.Globalization;
using Distributed.Cli.Arguments;
using Distributed.Cli.Hosting;
using Distributed.Cli.Output;
using Distributed.Node.Connection;
using Distributed.Node.Hosting;
using Distributed.Node.Training;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Tls;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Verbs;

/// <summary><c>dist node</c>: trains for a coordinator until it is told to stop.</summary>
internal static class NodeVerb
{
    public static Command Create(Terminal terminal, NodePlugins plugins)
    {
        var coordinator = new CoordinatorSettings(terminal);
        var name = Settings.Text(terminal, "--name", "DIST_NODE_NAME", "NAME", "Name, unique among the coordinator's nodes, [a-z0-9-]. [env: DIST_NODE_NAME; default: that of the certificate, or host and process id]", null);
        var workers = Settings.Number(terminal, "--workers", "DIST_WORKERS", 1, "Tasks worked on at the same time.");
        var threads = Settings.Number(terminal, "--threads", "DIST_THREADS", 1, "Threads inside an operator, for each worker.");
        var clients = Settings.Text(terminal, "--clients", "DIST_CLIENTS", "LIST", "Clients whose data only this node has, such as 0,3,5-9. [env: DIST_CLIENTS; default: any client]", null);
        var path = Settings.Text(terminal, "--data-path", "DIST_DATA_PATH", "DIR", "Folder of the data on this machine, instead of the run's data.path. [env: DIST_DATA_PATH]", null);
        var proxy = Settings.Text(terminal, "--proxy-path", "DIST_PROXY_PATH", "DIR", "Folder of a proxy set on this machine, for runs with proxy.from: own. [env: DIST_PROXY_PATH]", null);
        var verbose = Settings.Verbose();
        var command = coordinator.AddTo(new Command("node", "Trains for a coordinator until it is told to stop; comes back when the coordinator does.")
        {
            name, workers, threads, clients, path, proxy, verbose,
        });
        command.SetAction((parsed, cancellation) => Failures.GuardAsync(terminal, "text", () =>
        {
            if (!ClientList.TryParse(parsed.GetValue(clients) ?? "", out var ids))
            {
                return Task.FromResult(Failures.Say(
                    terminal, "text", ExitCode.Usage, "failed", "USAGE", $"--clients must be a list such as 0,3,5-9, got '{parsed.GetValue(clients)}'"));
            }

            var tls = coordinator.Tls(parsed);
            var options = new NodeOptions
            {
                Coordinator = coordinator.Address(parsed),
                Tls = tls,
                Name = parsed.GetValue(name) is { Length: > 0 } named ? named : NameOf(tls) ?? DefaultName(),
                Workers = parsed.GetRequiredValue(workers),
                Threads = parsed.GetRequiredValue(threads),
                Clients = ids,
                SendSpans = true,
                DataPath = parsed.GetValue(path) is { Length: > 0 } folder ? folder : null,
                ProxyPath = parsed.GetValue(proxy) is { Length: > 0 } own ? own : null,
            };
            return WorkAsync(terminal, plugins, options, parsed.GetValue(verbose) ? LogLevel.Debug : LogLevel.Information, cancellation);
        }, cancellation));
        return command;
    }

    private static async Task<int> WorkAsync(
        Terminal terminal, NodePlugins plugins, NodeOptions options, LogLevel level, CancellationToken cancellation)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            return Failures.Say(terminal, "text", ExitCode.Usage, "failed", "USAGE", string.Join("; ", problems));
        }

        terminal.Error.WriteLine($"node {options.Name}: {options.Workers} worker(s), coordinator {options.Coordinator}; Ctrl-C stops it");
        using var telemetry = NodeExport.Start(options.Name, terminal.Environment);
        using var loggers = Logs.ToStandardError(level);
        var exit = await new NodeHost(options, loggers, plugins: plugins).RunAsync(cancellation);
        return exit.Refusal is { } refusal
            ? Failures.Say(terminal, "text", ExitCode.Refused, "refused", Protocols.Refusals.RefusalCodes.WireName(refusal.Code), refusal.ToString())
            : ExitCode.Done;
    }

    // A coordinator that asks for certificates takes no other name.
    private static string? NameOf(TlsFiles tls) => tls.Names().FirstOrDefault(EntityName.IsValid);

    // Several nodes on one machine need no thought about names.
    private static string DefaultName()
    {
        var host = new string([.. Environment.MachineName.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]).Trim('-');
        var suffix = string.Create(CultureInfo.InvariantCulture, $"-{Environment.ProcessId}");
        return host[..Math.Min(host.Length, 63 - suffix.Length)] + suffix;
    }
}
