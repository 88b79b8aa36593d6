using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Ingress;

internal sealed partial class TlsPort
{
    [LoggerMessage(2501, LogLevel.Warning, "TLS with {Peer} refused: {Reason}")]
    private partial void LogRefused(string peer, string reason);

    [LoggerMessage(2502, LogLevel.Warning, "New certificate files are not used, the ones before stay: {Reason}")]
    private partial void LogStale(string reason);
}
