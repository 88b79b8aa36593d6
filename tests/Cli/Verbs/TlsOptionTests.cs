using Distributed.Cli.Output;

namespace Distributed.Cli.Tests.Verbs;

public sealed class TlsOptionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("ls")]
    [InlineData("status")]
    [InlineData("stop", "a-run")]
    [InlineData("run", "run.yaml")]
    [InlineData("node")]
    public async Task Files_WithMistakes_AreAllSaidBeforeAnythingIsDialled(params string[] verb)
    {
        var ended = await Invocation.RunAsync(
            [.. verb, "--coordinator", "https://127.0.0.1:1", "--tls-ca", "absent-ca.pem", "--tls-certificate", "absent.pem"]);

        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("absent-ca.pem does not exist", ended.Error, StringComparison.Ordinal);
        Assert.Contains("go together", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_WithAPlainAddress_AreAMistakeAlsoFromTheEnvironment()
    {
        await Invocation.RunAsync("provision", "--out", folder.Path, "--node", "node-a");
        var environment = new Dictionary<string, string> { ["DIST_TLS_CA"] = Path.Combine(folder.Path, "ca.pem") };

        var ended = await Invocation.RunAsync(environment, ["status", "--coordinator", "http://127.0.0.1:1"], CancellationToken.None);

        Assert.Equal(ExitCode.Usage, ended.ExitCode);
        Assert.Contains("only with https://", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinator_WithMistakesInItsFiles_DoesNotStart()
    {
        var ended = await Invocation.RunAsync(
            "coordinator", "--port", "0", "--data", folder.Path, "--tls-certificate", "absent.pem", "--tls-key", "absent.key");

        Assert.Equal(ExitCode.Failed, ended.ExitCode);
        Assert.Contains("absent.pem does not exist", ended.Error, StringComparison.Ordinal);
    }
}
