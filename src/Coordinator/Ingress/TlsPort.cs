using System.Net.Security;
using Distributed.Protocols.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Ingress;

/// <summary>TLS on the coordinator's port. A client learns little about a refused handshake, by the protocol's nature: the reason is in this side's log.</summary>
internal sealed partial class TlsPort
{
    private static readonly object Reason = new();
    private static readonly object Secured = new();

    private readonly TlsMaterial material;
    private readonly ILogger<TlsPort> logger;

    public TlsPort(IOptions<TlsOptions> options, ILogger<TlsPort> logger)
    {
        this.logger = logger;
        material = new TlsMaterial(options.Value.Files, LogStale);
    }

    /// <summary>Puts TLS between a port and HTTP/2.</summary>
    public void Secure(ListenOptions listen)
    {
        listen.Use(next => connection => WatchAsync(connection, next));
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = Begin });
        listen.Use(next => connection =>
        {
            connection.Items[Secured] = true;
            return next(connection);
        });
    }

    private async Task WatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Items[Reason] = "it spoke no TLS; a client without TLS is told by its http:// address";
        await next(connection);
        if (!connection.Items.ContainsKey(Secured))
        {
            LogRefused(connection.RemoteEndPoint?.ToString() ?? "", (string)connection.Items[Reason]!);
        }
    }

    // Called when a client has said hello.
    private ValueTask<SslServerAuthenticationOptions> Begin(TlsHandshakeCallbackContext context)
    {
        var items = context.Connection.Items;
        items[Reason] = "the client broke off: it does not believe this coordinator's certificate, or wants a version before TLS 1.2";
        return ValueTask.FromResult(material.ForServer(reason => items[Reason] = reason));
    }
}
