using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Hosting;

public sealed class TransportTests
{
    [Fact]
    public async Task UnixSocket_Call_Succeeds()
    {
        var directory = Directory.CreateTempSubdirectory();
        var path = Path.Combine(directory.FullName, "s");
        await using (var host = await GrpcHost.StartAsync(listen: kestrel => kestrel.ListenUnixSocket(path, o => o.Protocols = HttpProtocols.Http2)))
        {
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(path, cancel) };
            using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler });
            Assert.Equal("x", (await new Tester.TesterClient(channel).EchoAsync(new Text { Value = "x" })).Value);
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Tls_CertificatesOnBothSides_ServerKnowsThePeer()
    {
        using var certificate = SelfSigned("localhost");
        await using var host = await GrpcHost.StartAsync(listen: kestrel => kestrel.Listen(IPAddress.Loopback, 0, o =>
        {
            o.Protocols = HttpProtocols.Http2;
            o.UseHttps(certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));
        using var handler = new SocketsHttpHandler { SslOptions = TrustOnly(certificate) };
        var options = new GrpcChannelOptions { HttpHandler = handler, Credentials = ChannelCredentials.SecureSsl };
        using var channel = GrpcChannel.ForAddress(host.Address, options);

        await new Tester.TesterClient(channel).EchoAsync(new Text());

        Assert.True(host.Probe.Seen.Authenticated);
    }

    [Fact]
    public async Task Tls_ServerNotTrusted_Unavailable()
    {
        using var certificate = SelfSigned("localhost");
        await using var host = await GrpcHost.StartAsync(
            listen: kestrel => kestrel.Listen(IPAddress.Loopback, 0, o => o.UseHttps(certificate).Protocols = HttpProtocols.Http2));
        var error = await Assert.ThrowsAsync<RpcException>(() => host.Client().EchoAsync(new Text()).ResponseAsync);
        Assert.True(error.StatusCode is StatusCode.Unavailable or StatusCode.Internal, error.ToString());
    }

    [Fact]
    public void Channel_InsecureCredentialsWithHttps_Throws() => Assert.ThrowsAny<Exception>(() =>
        GrpcChannel.ForAddress("https://localhost", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }).CreateCallInvoker());

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static SslClientAuthenticationOptions TrustOnly(X509Certificate2 certificate) => new()
    {
        ClientCertificates = [certificate],
        RemoteCertificateValidationCallback = (_, remote, _, _) => remote!.GetCertHashString() == certificate.GetCertHashString(),
    };

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // By way of PKCS #12: a key that was never exported cannot be used by a TLS server everywhere.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
