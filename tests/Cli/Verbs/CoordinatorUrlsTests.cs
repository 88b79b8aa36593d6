using System.Net;
using Distributed.Cli.Verbs;
using Xunit;

namespace Distributed.Cli.Tests.Verbs;

public sealed class CoordinatorUrlsTests
{
    private static readonly IPAddress[] Own = [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("fd00::5")];

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:7400", "")]
    [InlineData("::1", "http://[::1]:7400", "")]
    [InlineData("10.0.0.5", "http://10.0.0.5:7400", "")]
    [InlineData("0.0.0.0", "http://127.0.0.1:7400", "http://10.0.0.5:7400")]
    [InlineData("::", "http://127.0.0.1:7400", "http://10.0.0.5:7400 http://[fd00::5]:7400")]
    public void Of_ListeningAddress_CanBeTyped(string listens, string here, string elsewhere)
    {
        var urls = CoordinatorUrls.Of("http", IPAddress.Parse(listens), 7400, Own);
        Assert.Equal((here, elsewhere), (urls.Here, string.Join(' ', urls.Elsewhere)));
    }

    [Fact]
    public void OfThisMachine_Addresses_AreNoneOfLoopback() => Assert.DoesNotContain(CoordinatorUrls.OfThisMachine(), IPAddress.IsLoopback);
}
