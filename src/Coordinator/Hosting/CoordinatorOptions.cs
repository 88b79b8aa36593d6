using System.ComponentModel.DataAnnotations;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Tls;

namespace Distributed.Coordinator.Hosting;

/// <summary>How a coordinator is set up. All mistakes are listed at once, before it listens.</summary>
public sealed class CoordinatorOptions
{
    /// <summary>Directory of everything that must survive the process: spool, checkpoints, state, artefacts of runs.</summary>
    /// <value>Required.</value>
    [Required]
    public string DataDirectory { get; set; } = "";

    /// <summary>IP address to listen on.</summary>
    /// <value>127.0.0.1.</value>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port to listen on (HTTP/2, with TLS when <see cref="Tls"/> has a certificate); 0: any free one, see <see cref="CoordinatorHost.Port"/>; null: none, only the socket.</summary>
    /// <value>5000.</value>
    [Range(0, 65535)]
    public int? Port { get; set; } = 5000;

    /// <summary>
    /// The certificate with which the port speaks TLS, and the authorities that must have signed the clients' certificates. Then a node's name must be one of its
    /// certificate's. Files that are replaced hold for new connections. The socket stays without TLS: who may open it is the file system's business.
    /// </summary>
    /// <value>No TLS.</value>
    public TlsFiles Tls { get; set; } = TlsFiles.None;

    /// <summary>Unix domain socket to listen on as well.</summary>
    /// <value>None.</value>
    public string? SocketPath { get; set; }

    /// <summary>
    /// Port for Prometheus, on <see cref="Address"/>: <c>/metrics</c> over HTTP/1.1 and without TLS, since scrapers speak no HTTP/2 without it; 0: any free one, see
    /// <see cref="CoordinatorHost.MetricsPort"/>.
    /// </summary>
    /// <value>None.</value>
    [Range(0, 65535)]
    public int? MetricsPort { get; set; }

    /// <summary>Whether the services describe themselves to tools such as grpcurl (grpc.reflection.v1).</summary>
    /// <value>false.</value>
    public bool Reflection { get; set; }

    /// <summary>Bytes that all transfers together may hold in memory; concurrent uploads are capped so that their windows fit in.</summary>
    /// <value>64 MiB.</value>
    [Range(4L * 1024 * 1024, long.MaxValue)]
    public long TransferMemoryBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Largest model or update taken, in bytes.</summary>
    /// <value>8 GiB.</value>
    [Range(1024L, long.MaxValue)]
    public long MaximumUpdateBytes { get; set; } = 8L * 1024 * 1024 * 1024;

    /// <summary>How often a node says that it lives. One that is silent for three is gone.</summary>
    /// <value>2 s.</value>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A transfer without progress for so long is ended.</summary>
    /// <value>30 s.</value>
    public TimeSpan TransferIdle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>HTTP/2 window of one stream, bytes. Raise it for links with a large product of bandwidth and delay.</summary>
    /// <value>1 MiB.</value>
    [Range(65_535, 1 << 30)]
    public int StreamWindowBytes { get; set; } = 1024 * 1024;

    /// <summary>HTTP/2 window of one connection, bytes.</summary>
    /// <value>2 MiB.</value>
    [Range(65_535, 1 << 30)]
    public int ConnectionWindowBytes { get; set; } = 2 * 1024 * 1024;
}
