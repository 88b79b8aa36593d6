using System.Net;
using System.Net.Sockets;
using Distributed.Protocols.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Distributed.Protocols.Tests.Connections;

public sealed class TcpDialerTests
{
    private static readonly IPAddress Silent = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Refusing = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Good = IPAddress.Parse("192.0.2.3");

    private readonly FakeTimeProvider time = new();
    private readonly List<IPAddress> tried = [];

    [Fact]
    public async Task First_AddressRefuses_NextIsTriedAtOnce()
    {
        using var connection = await FirstAsync(Refusing, Good);
        Assert.Equal(Good, connection.Address);
    }

    [Fact]
    public async Task First_AddressIsSilent_NextIsTriedAfterAMomentAndTheSilentOneGivenUp()
    {
        var first = FirstAsync(Silent, Good);
        Assert.Equal([Silent], tried);
        time.Advance(TimeSpan.FromMilliseconds(250));
        using var connection = await first;
        Assert.Equal(Good, connection.Address);
    }

    [Fact]
    public async Task First_EveryAddressRefuses_TheFirstFailureIsTold()
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => FirstAsync(Refusing, Refusing));
        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        Assert.Equal(2, tried.Count);
    }

    [Fact]
    public async Task First_NoAddress_IsAnUnknownHost() =>
        Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(() => FirstAsync())).SocketErrorCode);

    [Fact]
    public async Task First_Cancelled_GivesUp()
    {
        using var stop = new CancellationTokenSource();
        var first = TcpDialer.FirstAsync([Silent], ConnectAsync, time, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public void Alternating_TwoFamilies_TakesTurns()
    {
        IPAddress[] addresses = [.. new[] { "::1", "::2", "::3", "10.0.0.1" }.Select(IPAddress.Parse)];
        Assert.Equal(["::1", "10.0.0.1", "::2", "::3"], TcpDialer.Alternating(addresses).Select(address => address.ToString()));
    }

    private Task<Connection> FirstAsync(params IPAddress[] addresses) => TcpDialer.FirstAsync(addresses, ConnectAsync, time, CancellationToken.None);

    private async Task<Connection> ConnectAsync(IPAddress address, CancellationToken cancellation)
    {
        tried.Add(address);
        if (address.Equals(Silent))
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        return address.Equals(Refusing) ? throw new SocketException((int)SocketError.ConnectionRefused) : new Connection(address);
    }

    private sealed record Connection(IPAddress Address) : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
