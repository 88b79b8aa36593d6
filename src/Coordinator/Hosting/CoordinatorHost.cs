using System.Net;
using System.Net.Sockets;
using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Hosting;

/// <summary>A coordinator in this process: silo, storage and gRPC services.</summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly CoordinatorOptions options;

    private CoordinatorHost(WebApplication application, CoordinatorOptions options) => (this.application, this.options) = (application, options);

    /// <summary>Addresses that it listens on, e.g. <c>http://127.0.0.1:5000</c>; known once started.</summary>
    public IReadOnlyList<string> BoundAddresses =>
        [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];

    /// <summary>The TCP port it listens on; 0 when there is none. Known once started.</summary>
    public int Port => options.Port is null ? 0 : Ports.FirstOrDefault();

    /// <summary>The port of <c>/metrics</c>; 0 when there is none. Known once started.</summary>
    public int MetricsPort => options.MetricsPort is null ? 0 : Ports.LastOrDefault();

    /// <summary>Becomes cancelled when the coordinator stops by itself or by a signal.</summary>
    public CancellationToken Stopping => application.Lifetime.ApplicationStopping;

    /// <summary>Why it stopped by itself (another coordinator has taken over); null: it did not. The process should then exit with 1.</summary>
    public string? FailureReason => application.Services.GetRequiredService<HostFailure>().Reason;

    /// <summary>Its services, for tests and the dashboard.</summary>
    public IServiceProvider Services => application.Services;

    /// <summary>Builds a coordinator; nothing is opened before <see cref="StartAsync"/>, except the data directory.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="configure">Changes services afterwards, e.g. logging providers or a test's clock.</param>
    /// <exception cref="CoordinatorStartException">The options have mistakes (all are listed), or the data directory is in use.</exception>
    public static CoordinatorHost Create(CoordinatorOptions options, Action<IServiceCollection>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        CoordinatorOptionsValidator.ThrowOnProblems(options);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(CoordinatorHost).Assembly.GetName().Name });
        builder.Logging.ClearProviders();

        // It warns that the collector is not the server's, which is what a small coordinator wants, and on a machine that was started lately of threads that have not been late yet.
        builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error).AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        CoordinatorServices.Add(builder, options);
        configure?.Invoke(builder.Services);
        var application = builder.Build();
        application.UseMetrics(options);
        application.MapGrpcService<NodeService>();
        application.MapGrpcService<RunService>();
        application.MapGrpcService<TransferService>();
        application.MapGrpcHealthChecksService();
        if (options.Reflection)
        {
            application.MapGrpcReflectionService();
        }

        return new CoordinatorHost(application, options);
    }

    /// <summary>Recovers unfinished runs, then listens.</summary>
    /// <exception cref="CoordinatorStartException">The port or the socket cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        try
        {
            RemoveDeadSocket();
            await application.StartAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The silo had started by then, and wants to be stopped before its services go.
            await application.StopAsync(CancellationToken.None);
            var inUse = error.InnerException is AddressInUseException || error is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
            throw new CoordinatorStartException(
                inUse
                    ? $"Port {options.Port} on {options.Address} is in use. Stop the program that has it, choose another port, or 0 for any free one."
                    : $"Cannot listen on {options.Address}:{options.Port}: {error.Message}",
                error);
        }
    }

    /// <summary>Stops: nodes are told, transfers end, state is on disk already.</summary>
    public Task StopAsync(CancellationToken cancellation = default) => application.StopAsync(cancellation);

    /// <summary>Returns when the coordinator has stopped, by a signal or by itself.</summary>
    public Task WaitForStopAsync(CancellationToken cancellation = default) => application.WaitForShutdownAsync(cancellation);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => application.DisposeAsync();

    // In the order in which they were asked for.
    private IEnumerable<int> Ports => BoundAddresses.Where(address => !address.Contains("unix:", StringComparison.Ordinal)).Select(address => BindingAddress.Parse(address).Port);

    private static void Listen(KestrelServerOptions kestrel, CoordinatorOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.InitialStreamWindowSize = options.StreamWindowBytes;
        kestrel.Limits.Http2.InitialConnectionWindowSize = options.ConnectionWindowBytes;
        if (options.Port is { } port)
        {
            kestrel.Listen(IPAddress.Parse(options.Address), port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (options.Tls.Any)
                {
                    kestrel.ApplicationServices.GetRequiredService<TlsPort>().Secure(listen);
                }
            });
        }

        if (options.SocketPath is { } socket)
        {
            kestrel.ListenUnixSocket(Path.GetFullPath(socket), listen => listen.Protocols = HttpProtocols.Http2);
        }

        if (options.MetricsPort is { } metrics)
        {
            kestrel.Listen(IPAddress.Parse(options.Address), metrics, listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    // A socket file outlives a killed process. The data directory's lock is ours by now, so nobody else of ours listens there.
    private void RemoveDeadSocket()
    {
        if (options.SocketPath is { } socket && File.Exists(socket))
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(Path.GetFullPath(socket)));
            }
            catch (SocketException)
            {
                File.Delete(socket);
                return;
            }

            throw new CoordinatorStartException($"Something listens on the socket {socket} already.");
        }
    }
}
