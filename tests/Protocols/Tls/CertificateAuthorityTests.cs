using System.ComponentModel;
using System.Diagnostics;
using Distributed.Protocols.Tls;
using Xunit;

namespace Distributed.Protocols.Tests.Tls;

public sealed class CertificateAuthorityTests : IDisposable
{
    private readonly PemFolder pem = new();

    public void Dispose() => pem.Dispose();

    [Fact]
    public void Authority_OpenedAgain_SignsWhatTheFirstOneVouchesFor()
    {
        var ca = pem.Write("ca.pem", pem.Authority.Pem.Certificate);
        using var again = CertificateAuthority.Open(ca, pem.Write("ca.key", pem.Authority.Pem.Key));
        pem.Identity(again.Issue(["node-a", "10.0.0.7"], PemFolder.Now.AddDays(-1), PemFolder.Now.AddDays(1)));

        // A foreign implementation's word, where there is one.
        if (OpenSsl("verify", "-x509_strict", "-purpose", "sslclient", "-verify_ip", "10.0.0.7", "-CAfile", ca, pem.At("own.pem")) is { } said)
        {
            Assert.Equal($"{pem.At("own.pem")}: OK", said.Trim());
        }
    }

    [Fact]
    public void Open_EndCertificate_IsRefused()
    {
        var files = pem.Identity("node-a");

        var error = Assert.Throws<PemFileException>(() => CertificateAuthority.Open(files.Certificate!, files.Key!));
        Assert.Contains("no authority", error.Message, StringComparison.Ordinal);
    }

    private static string? OpenSsl(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEndAsync();
            return process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
