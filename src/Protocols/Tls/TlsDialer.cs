using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Distributed.Protocols.Connections;

namespace Distributed.Protocols.Tls;

/// <summary>
/// Opens the connections of a client. The handler would do the handshake itself, but with the files of its first connection for ever, and without the reason
/// when it fails.
/// </summary>
public sealed class TlsDialer
{
    private readonly TlsMaterial material;

    /// <summary>A dialer with the client's files.</summary>
    public TlsDialer(TlsFiles files) => material = new TlsMaterial(files);

    /// <summary>A connection after its handshake, for <see cref="SocketsHttpHandler.ConnectCallback"/> and addresses that begin with <c>https</c>.</summary>
    /// <exception cref="AuthenticationException">The handshake failed; the message says why and what to do.</exception>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var tls = new SslStream(await TcpDialer.ConnectAsync(context, cancellation));
        try
        {
            await HandshakeAsync(tls, context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private async Task HandshakeAsync(SslStream tls, string host, int port, CancellationToken cancellation)
    {
        string? refused = null;
        try
        {
            await tls.AuthenticateAsClientAsync(material.ForClient(host, reason => refused = reason), cancellation);
        }
        catch (PemFileException error)
        {
            throw new AuthenticationException(error.Message);
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            // Without the inner exception: what is innermost is what people read.
            throw new AuthenticationException(refused ??
                $"no TLS with {host}:{port} ({error.GetBaseException().Message}). A coordinator without --tls-certificate is reached by http://, one with --tls-client-ca wants --tls-certificate and --tls-key");
        }
    }
}
