using Distributed.Node.Connection;
using Xunit;

namespace Distributed.Node.Tests.Connection;

public sealed class ProxiesTests
{
    [Theory]
    [InlineData("http://fl.example.org:7400", "http_proxy", true)]
    [InlineData("http://fl.example.org:7400", "HTTP_PROXY", true)]
    [InlineData("http://fl.example.org:7400", "all_proxy", true)]
    [InlineData("http://fl.example.org:7400", "https_proxy", false)]
    [InlineData("https://fl.example.org:7400", "https_proxy", true)]
    [InlineData("http://203.0.113.9:7400", "http_proxy", true)]
    [InlineData("http://[2001:db8::1]:7400", "http_proxy", true)]
    [InlineData("http://127.0.0.1:7400", "http_proxy", false)]
    [InlineData("http://localhost:7400", "http_proxy", false)]
    [InlineData("http://coordinator:7400", "http_proxy", false)]
    [InlineData("http://10.1.2.3:7400", "http_proxy", false)]
    [InlineData("http://172.16.0.1:7400", "http_proxy", false)]
    [InlineData("http://172.32.0.1:7400", "http_proxy", true)]
    [InlineData("http://192.168.1.1:7400", "http_proxy", false)]
    [InlineData("http://[::1]:7400", "http_proxy", false)]
    [InlineData("http://[fd00::1]:7400", "http_proxy", false)]
    [InlineData("unix:/run/dist.sock", "http_proxy", false)]
    public void Hint_ProxyIsAskedFor_IsGivenWhereItStandsInTheWay(string address, string variable, bool expected)
    {
        var hint = Proxies.Hint(address, new Dictionary<string, string> { [variable] = "http://proxy:3128" });

        Assert.Equal(expected, hint?.StartsWith(variable + " is set", StringComparison.Ordinal) ?? false);
    }

    [Theory]
    [InlineData("fl.example.org")]
    [InlineData(".example.org")]
    [InlineData("other.net, example.org")]
    [InlineData("*")]
    public void Hint_HostIsExcepted_IsNone(string noProxy) => Assert.Null(Proxies.Hint(
        "http://fl.example.org:7400", new Dictionary<string, string> { ["http_proxy"] = "http://proxy:3128", ["no_proxy"] = noProxy }));
}
