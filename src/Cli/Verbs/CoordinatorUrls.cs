using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Distributed.Cli.Verbs;

/// <summary>URLs under which a listening coordinator can be reached: an address that stands for all of a machine's own is none that can be typed.</summary>
/// <param name="Here">On this machine.</param>
/// <param name="Elsewhere">On others; empty: as here, or none can.</param>
internal sealed record CoordinatorUrls(string Here, IReadOnlyList<string> Elsewhere)
{
    /// <summary>The URLs of a listening address.</summary>
    /// <param name="scheme"><c>http</c> or <c>https</c>.</param>
    /// <param name="listens">The address that it listens on.</param>
    /// <param name="port">The port.</param>
    /// <param name="own">This machine's own addresses.</param>
    public static CoordinatorUrls Of(string scheme, IPAddress listens, int port, IEnumerable<IPAddress> own)
    {
        string Url(IPAddress address) => $"{scheme}://{(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}")}:{port}";

        // The IPv6 wildcard takes IPv4 connections as well.
        return listens.Equals(IPAddress.Any) || listens.Equals(IPAddress.IPv6Any)
            ? new(Url(IPAddress.Loopback), [.. own.Where(address => address.AddressFamily == AddressFamily.InterNetwork || listens.Equals(IPAddress.IPv6Any)).Select(Url)])
            : new(Url(listens), []);
    }

    /// <summary>Addresses of this machine that others can have a route to, IPv4 first.</summary>
    public static IEnumerable<IPAddress> OfThisMachine() =>
        from network in NetworkInterface.GetAllNetworkInterfaces()
        where network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback
        from address in network.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)
        where !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal
        orderby address.AddressFamily
        select address;
}
