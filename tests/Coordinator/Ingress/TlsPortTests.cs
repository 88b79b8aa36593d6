using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Tls;
using Distributed.Protocols.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Distributed.Coordinator.Tests.Ingress;

public sealed class TlsPortTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly TempFolder data = new();
    private readonly TempFolder pem = new();
    private readonly CertificateAuthority authority = CertificateAuthority.Create("Test CA", Now.AddDays(-2), Now.AddDays(9));
    private readonly CertificateAuthority hostile = CertificateAuthority.Create("Other CA", Now.AddDays(-2), Now.AddDays(9));

    public void Dispose()
    {
        authority.Dispose();
        hostile.Dispose();
        pem.Dispose();
        data.Dispose();
    }

    [Fact]
    public async Task Client_WithACertificateOfTheAuthority_IsServed()
    {
        await using var coordinator = await StartAsync();

        Assert.Empty((await StatusAsync(coordinator, Files(authority, "operator"))).Nodes);
    }

    [Fact]
    public async Task Client_WithoutCertificate_IsRefusedAndTheLogSaysWhy()
    {
        await using var coordinator = await StartAsync();
        var logged = coordinator.LoggedAsync("TLS with");

        var error = await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, Trusting()));

        Assert.Contains("client certificate", TlsFailure.Explain(error, Url(coordinator)), StringComparison.Ordinal);
        Assert.Contains("shows no certificate", await logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OfAnotherAuthority_IsRefusedAndTheLogNamesItAndTheFile()
    {
        await using var coordinator = await StartAsync();
        var logged = coordinator.LoggedAsync("TLS with");

        await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, Files(hostile, "intruder")));

        var line = await logged;
        Assert.Contains("CN=intruder", line, StringComparison.Ordinal);
        Assert.Contains("ca.pem has signed it", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WithAnExpiredCertificate_IsRefusedAndTheLogSaysSo()
    {
        await using var coordinator = await StartAsync();
        var logged = coordinator.LoggedAsync("TLS with");

        await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, Files(authority.Issue(["operator"], Now.AddDays(-2), Now.AddDays(-1)), "old")));

        Assert.Contains("it is valid from", await logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_OfAnotherAuthority_IsNotBelievedAndTheFileIsNamed()
    {
        await using var coordinator = await StartAsync();
        var files = Files(authority, "operator") with { Authorities = Write("other-ca.pem", hostile.Pem.Certificate) };

        var error = await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, files));

        Assert.True(TlsFailure.IsHandshake(error));
        Assert.Contains("other-ca.pem has signed it", TlsFailure.Explain(error, Url(coordinator)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_UnderAnotherName_IsNotBelievedAndItsNamesAreListed()
    {
        await using var coordinator = await StartAsync(names: ["coordinator.example", "192.0.2.7"]);

        var error = await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, Files(authority, "operator")));

        var text = TlsFailure.Explain(error, Url(coordinator))!;
        Assert.Contains("it is for coordinator.example, 192.0.2.7, not for 127.0.0.1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainClient_AtTheTlsPort_IsTold()
    {
        await using var coordinator = await StartAsync();
        var logged = coordinator.LoggedAsync("TLS with");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{coordinator.Host.Port}");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await new RunService.RunServiceClient(channel).GetStatusAsync(new StatusRequest()));

        Assert.Contains("https://", TlsFailure.Explain(error, "http://127.0.0.1"), StringComparison.Ordinal);
        Assert.Contains("no TLS", await logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TlsClient_AtAPlainPort_IsTold()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);

        var error = await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, Trusting()));

        Assert.True(TlsFailure.IsHandshake(error));
        Assert.Contains("http://", TlsFailure.Explain(error, Url(coordinator)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_ReplacedOnDisk_IsShownToNewConnections()
    {
        await using var coordinator = await StartAsync();
        var client = Files(authority, "operator");
        await StatusAsync(coordinator, client);

        Files(hostile, "127.0.0.1", "coordinator");
        Assert.True(TlsFailure.IsHandshake(await Assert.ThrowsAsync<RpcException>(() => StatusAsync(coordinator, client))));

        Files(authority, "127.0.0.1", "coordinator");
        await StatusAsync(coordinator, client);
    }

    [Fact]
    public async Task Node_UnderANameOfItsCertificate_Joins()
    {
        await using var coordinator = await StartAsync();
        using var channel = Channel(coordinator, Files(authority.Issue(["site-a", "node-a"], Now, Now.AddDays(1)), "node"));
        await using var node = new FakeNode(channel, "node-a", 1, []);

        await node.StartAsync();

        Assert.Equal("node-a", Assert.Single((await StatusAsync(coordinator, Files(authority, "operator"))).Nodes).Name);
    }

    [Fact]
    public async Task Node_UnderAnotherName_IsRefusedAtHelloAndAtUpload()
    {
        await using var coordinator = await StartAsync();
        using var channel = Channel(coordinator, Files(authority, "node-a"));
        await using var node = new FakeNode(channel, "node-b", 1, []);

        var atHello = await Assert.ThrowsAsync<RpcException>(node.StartAsync);
        var atUpload = await Assert.ThrowsAsync<RpcException>(() => node.UploadAsync(new TaskKey { RunId = "run", Round = 1 }, 0, [1], 1));

        Assert.All([atHello, atUpload], error => Assert.Equal(RefusalCode.NodeNameForbidden, error.ToRefusal()!.Code));
        Assert.Contains("'node-a', not for node-b", atHello.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_ClientAuthorityWithoutCertificate_AreRefused()
    {
        var error = Assert.Throws<CoordinatorStartException>(() => CoordinatorHost.Create(new CoordinatorOptions { DataDirectory = data.Path, Tls = Trusting() }));

        Assert.Contains("a certificate and its key too", error.Message, StringComparison.Ordinal);
    }

    private Task<RunningCoordinator> StartAsync(params string[] names) => RunningCoordinator.StartAsync(
        data.Path, options => options.Tls = Files(authority.Issue(names is [] ? ["127.0.0.1"] : names, Now.AddDays(-1), Now.AddDays(8)), "coordinator"));

    private TlsFiles Files(CertificateAuthority signer, string name, string? file = null) =>
        Files(signer.Issue([name], Now.AddDays(-1), Now.AddDays(8)), file ?? name);

    private TlsFiles Files(PemPair pair, string file) =>
        Trusting() with { Certificate = Write(file + ".pem", pair.Certificate), Key = Write(file + ".key", pair.Key) };

    private TlsFiles Trusting() => new() { Authorities = Write("ca.pem", authority.Pem.Certificate) };

    private string Write(string name, string text)
    {
        var path = Path.Combine(pem.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Url(RunningCoordinator coordinator) => $"https://127.0.0.1:{coordinator.Host.Port}";

    private static GrpcChannel Channel(RunningCoordinator coordinator, TlsFiles files) => GrpcChannel.ForAddress(Url(coordinator), new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { ConnectCallback = new TlsDialer(files).ConnectAsync },
        DisposeHttpClient = true,
    });

    private static async Task<StatusReply> StatusAsync(RunningCoordinator coordinator, TlsFiles files)
    {
        using var channel = Channel(coordinator, files);
        return await new RunService.RunServiceClient(channel).GetStatusAsync(new StatusRequest());
    }
}
