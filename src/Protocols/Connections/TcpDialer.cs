using System.Net;
using System.Net.Sockets;

namespace Distributed.Protocols.Connections;

/// <summary>
/// Connects to a name behind which there are several addresses, some of them dead: as RFC 8305 (Happy Eyeballs) has it, the next address is tried when the one
/// before has failed or not answered for a moment, and the first that answers wins. The runtime's own dialer waits for a silent address as long as it may wait for all.
/// </summary>
public static class TcpDialer
{
    // RFC 8305, section 5: recommended.
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(250);

    /// <summary>A connection, for <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="SocketException">The name has no address, or none of them answers: the failure of the first.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        var socket = await FirstAsync(Alternating(addresses), (address, stop) => ConnectAsync(address, port, stop), TimeProvider.System, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The first connection that is made; the others are given up.</summary>
    internal static async Task<T> FirstAsync<T>(
        IReadOnlyList<IPAddress> addresses, Func<IPAddress, CancellationToken, Task<T>> connect, TimeProvider time, CancellationToken cancellation)
        where T : IDisposable
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = new List<Task<T>>();
        Task<T>? failed = null;
        for (var next = 0; next < addresses.Count || running.Count > 0;)
        {
            if (next < addresses.Count)
            {
                running.Add(connect(addresses[next++], stop.Token));
            }

            if (await Task.WhenAny([.. running, .. next < addresses.Count ? [Task.Delay(Stagger, time, stop.Token)] : Array.Empty<Task>()]) is Task<T> ended)
            {
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully)
                {
                    await stop.CancelAsync();
                    running.ForEach(loser => _ = DropAsync(loser));
                    return await ended;
                }

                failed ??= ended;
            }

            cancellation.ThrowIfCancellationRequested();
        }

        return failed is null ? throw new SocketException((int)SocketError.HostNotFound) : await failed;
    }

    /// <summary>The addresses in their order, one of each family in turn.</summary>
    internal static IReadOnlyList<IPAddress> Alternating(IReadOnlyList<IPAddress> addresses) =>
        [.. addresses.GroupBy(address => address.AddressFamily).SelectMany(family => family.Select((address, turn) => (address, turn))).OrderBy(pair => pair.turn).Select(pair => pair.address)];

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task DropAsync<T>(Task<T> loser)
        where T : IDisposable
    {
        try
        {
            (await loser).Dispose();
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            // Given up.
        }
    }
}
