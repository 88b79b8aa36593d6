using System.Net;
using System.Net.Sockets;

namespace Distributed.Node.Connection;

/// <summary>The proxy that an environment asks for. A coordinator is reached without it, which a closed network may not let pass.</summary>
public static class Proxies
{
    private static readonly string[] Plain = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
    private static readonly string[] Secure = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

    /// <summary>A hint for someone whose coordinator did not answer; null: no proxy has to do with it.</summary>
    /// <param name="address">The coordinator's, as in <see cref="NodeOptions.Coordinator"/>.</param>
    /// <param name="environment">The environment's variables.</param>
    public static string? Hint(string address, IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || IsNear(url.Host) || IsExcepted(url.Host, environment))
        {
            return null;
        }

        var variable = (url.Scheme == "https" ? Secure : Plain).FirstOrDefault(name => environment.GetValueOrDefault(name) is { Length: > 0 });
        return variable is null
            ? null
            : $"{variable} is set, but a coordinator is reached directly: HTTP/2 without TLS does not pass a proxy. {url.Host} must be reachable from here without it";
    }

    // Loopback and private addresses never go through a proxy.
    private static bool IsNear(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || !IPAddress.TryParse(host.Trim('[', ']'), out var address))
        {
            return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || !host.Contains('.', StringComparison.Ordinal);
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal;
        }

        var bytes = address.GetAddressBytes();
        return bytes is [127 or 10, ..] or [192, 168, ..] or [172, >= 16 and <= 31, ..] or [169, 254, ..];
    }

    private static bool IsExcepted(string host, IReadOnlyDictionary<string, string> environment) =>
        (environment.GetValueOrDefault("no_proxy") ?? environment.GetValueOrDefault("NO_PROXY") ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Any(name => name == "*" || host.Equals(name.TrimStart('.'), StringComparison.OrdinalIgnoreCase)
            || host.EndsWith("." + name.TrimStart('.'), StringComparison.OrdinalIgnoreCase));
}
