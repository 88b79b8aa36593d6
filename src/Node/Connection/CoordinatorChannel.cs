using System.Net.Sockets;
using Distributed.Protocols.Connections;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Tls;
using Distributed.Protocols.Transfers;
using Grpc.Net.Client;

namespace Distributed.Node.Connection;

/// <summary>
/// Channels to the coordinator, for nodes and commands. Nodes have one for control and one for transfers, so that a stalled upload never holds heartbeats up. No proxy is
/// asked: plain HTTP/2 cannot pass one (<see cref="Proxies"/> says which one may stand in the way).
/// </summary>
public static class CoordinatorChannel
{
    private const int StreamWindowBytes = 1024 * 1024;
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Opens a channel; it connects at the first call.</summary>
    /// <param name="address">As in <see cref="NodeOptions.Coordinator"/>.</param>
    /// <param name="tls">As in <see cref="NodeOptions.Tls"/>.</param>
    public static GrpcChannel Open(string address, TlsFiles tls)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(tls);
        var unix = address.StartsWith(NodeOptions.UnixPrefix, StringComparison.Ordinal) ? address[NodeOptions.UnixPrefix.Length..] : null;
        var handler = new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = ConnectTimeout,
            // A peer that vanished without a word is noticed by the missing answer to a ping, also while nothing else is sent.
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            UseProxy = false,
        };
        if (unix is not null)
        {
            handler.ConnectCallback = (_, cancellation) => ConnectAsync(unix, cancellation);
        }
        else
        {
            handler.ConnectCallback = address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? new TlsDialer(tls).ConnectAsync : TcpDialer.ConnectAsync;
        }

        return GrpcChannel.ForAddress(unix is null ? address : "http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = Math.Max(4 * TransferSizes.MaximumFrameBytes, 2 * RunSpecJson.MaximumBytes),
            MaxSendMessageSize = Math.Max(TransferSizes.MaximumFrameBytes, 2 * RunSpecJson.MaximumBytes),
        });
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
