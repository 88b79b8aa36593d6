using Distributed.Protocols.Tls;

namespace Distributed.Coordinator.Ingress;

/// <summary>With which certificates the port speaks TLS.</summary>
internal sealed class TlsOptions
{
    /// <summary>The files.</summary>
    /// <value>No TLS.</value>
    public TlsFiles Files { get; set; } = TlsFiles.None;
}
