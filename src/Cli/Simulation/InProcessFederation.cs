using System.Globalization;
using Distributed.Cli.Hosting;
using Distributed.Cli.Output;
using Distributed.Cli.Remote;
using Distributed.Coordinator;
using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
using Distributed.Node.Connection;
using Distributed.Node.Hosting;
using Distributed.Node.Scratch;
using Distributed.Node.Session;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Cli.Simulation;

/// <summary>A coordinator and one node per worker in this process, over a Unix socket: the same code and the same wire as a deployment.</summary>
internal sealed class InProcessFederation : IAsyncDisposable
{
    private const string SocketName = "coordinator.sock";

    // Bytes of a socket's path that every system takes: macOS has 104 with the zero at its end, Linux 108.
    private const int SocketPathBytes = 103;

    private readonly ScratchFolder scratch = ScratchFolder.Create(SocketPathBytes - 1 - SocketName.Length);
    private readonly CancellationTokenSource stop = new();
    private readonly SimulationLog log;
    private readonly ILoggerFactory loggers;
    private readonly CoordinatorHost coordinator;
    private readonly List<Task<NodeExit>> nodes = [];

    private InProcessFederation(string data, Terminal terminal)
    {
        log = new SimulationLog(terminal);
        loggers = LoggerFactory.Create(logging => Logs.Configure(logging, log));
        coordinator = CoordinatorHost.Create(
            new CoordinatorOptions { DataDirectory = data, Port = null, SocketPath = Socket },
            services =>
            {
                services.AddSingleton<IHostLifetime, NoSignals>();
                services.AddLogging(logging => Logs.Configure(logging, log));
            });
    }

    private string Socket => Path.Combine(scratch.Path, SocketName);

    /// <summary>Starts all of it.</summary>
    /// <param name="data">The coordinator's data directory.</param>
    /// <param name="layout">Workers and threads.</param>
    /// <param name="plugins">The user's own tasks.</param>
    /// <param name="terminal">Where it says what goes wrong.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="CoordinatorStartException">The data directory cannot be had.</exception>
    public static async Task<InProcessFederation> StartAsync(string data, SimulationSpec layout, NodePlugins plugins, Terminal terminal, CancellationToken cancellation)
    {
        var federation = new InProcessFederation(data, terminal);
        try
        {
            await federation.coordinator.StartAsync(cancellation);
            federation.StartNodes(layout, plugins);
            return federation;
        }
        catch
        {
            await federation.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of the coordinator.</summary>
    public CoordinatorClient Connect() => CoordinatorClient.At(Socket);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await ((Task)Task.WhenAll(nodes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await coordinator.StopAsync();
        await coordinator.DisposeAsync();
        loggers.Dispose();
        stop.Dispose();
        scratch.Dispose();
    }

    private void StartNodes(SimulationSpec layout, NodePlugins plugins)
    {
        for (var worker = 1; worker <= layout.Workers; worker++)
        {
            var options = new NodeOptions
            {
                Coordinator = NodeOptions.UnixPrefix + Socket,
                Name = string.Create(CultureInfo.InvariantCulture, $"worker-{worker}"),
                Threads = layout.Threads,
            };
            nodes.Add(new NodeHost(options, loggers, plugins: plugins).RunAsync(stop.Token));
        }
    }
}
