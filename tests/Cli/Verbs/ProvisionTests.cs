using System.Security.Cryptography.X509Certificates;
using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Verbs;

public sealed class ProvisionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Provision_CoordinatorAndNodes_MakesFilesThatTheOtherVerbsTake()
    {
        var made = await Invocation.RunAsync("provision", "--out", folder.Path, "--coordinator", "localhost", "--coordinator", "10.0.0.7", "--node", "node-a");

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(["ca.key", "ca.pem", "coordinator.key", "coordinator.pem", "node-a.key", "node-a.pem"], Files());
        if (!OperatingSystem.IsWindows())
        {
            foreach (var key in new[] { "ca.key", "coordinator.key", "node-a.key" })
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At(key)));
            }
        }

        Assert.DoesNotContain("PRIVATE", made.Out + made.Error, StringComparison.Ordinal);
        using var coordinator = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(At("coordinator.pem")));
        Assert.True(coordinator.MatchesHostname("localhost") && coordinator.MatchesHostname("10.0.0.7") && !coordinator.MatchesHostname("node-a"));

        // The files pass every check; what fails is that nobody listens there.
        var used = await Invocation.RunAsync(
            "ls", "--coordinator", "https://127.0.0.1:1", "--tls-ca", At("ca.pem"), "--tls-certificate", At("node-a.pem"), "--tls-key", At("node-a.key"));
        Assert.Equal(ExitCode.Failed, used.ExitCode);
    }

    [Fact]
    public async Task Provision_Again_KeepsWhatIsThereAndAddsUnderTheSameAuthority()
    {
        await Invocation.RunAsync("provision", "--out", folder.Path, "--node", "node-a");
        var before = await File.ReadAllTextAsync(At("node-a.pem"));

        var again = await Invocation.RunAsync("provision", "--out", folder.Path, "--node", "node-a", "--node", "node-b");

        Assert.Equal(0, again.ExitCode);
        Assert.Equal(before, await File.ReadAllTextAsync(At("node-a.pem")));
        using var authority = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(At("ca.pem")));
        using var added = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(At("node-b.pem")));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(added));
    }

    [Theory]
    [InlineData]
    [InlineData("--node", "Node A")]
    [InlineData("--node", "ca")]
    [InlineData("--coordinator", "not a host")]
    public async Task Provision_WithAMistake_EndsWithTwoAndWritesNothing(params string[] args)
    {
        var ended = await Invocation.RunAsync(["provision", "--out", folder.Path, .. args]);

        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Empty(Files());
    }

    private string At(string file) => Path.Combine(folder.Path, file);

    private string[] Files() => [.. Directory.EnumerateFiles(folder.Path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
