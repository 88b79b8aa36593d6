using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Distributed.Protocols.Tls;
using Xunit;

namespace Distributed.Protocols.Tests.Tls;

public sealed class TlsFilesTests : IDisposable
{
    private readonly PemFolder pem = new();

    public void Dispose() => pem.Dispose();

    [Fact]
    public void Files_ThatFit_HaveNoProblem()
    {
        var files = pem.Identity("node-a", "127.0.0.1") with { Authorities = pem.Write("ca.pem", pem.Authority.Pem.Certificate) };

        Assert.Empty(files.Problems(PemFolder.Now));
        Assert.Empty(files.Warnings());
        Assert.Equal(["node-a", "127.0.0.1"], files.Names());
    }

    [Fact]
    public void Files_SeveralMistakes_AllListedByName()
    {
        var files = pem.Identity("node-a") with { Key = pem.At("absent.key"), Authorities = pem.At("absent.pem") };

        var problems = files.Problems(PemFolder.Now);
        Assert.Contains(problems, problem => problem.Contains("absent.key does not exist", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("absent.pem does not exist", StringComparison.Ordinal));
    }

    [Fact]
    public void Certificate_WithoutKey_IsAProblem() =>
        Assert.Contains("go together", Problem(pem.Identity("node-a") with { Key = null }), StringComparison.Ordinal);

    [Fact]
    public void Key_OfAnotherCertificate_NamesBothFiles()
    {
        var files = pem.Identity("node-a");
        pem.Write("own.key", pem.Authority.Issue(["node-b"], PemFolder.Now, PemFolder.Now.AddDays(1)).Key);

        var problem = Problem(files);
        Assert.Contains("does not belong", problem, StringComparison.Ordinal);
        Assert.Contains(files.Certificate!, problem, StringComparison.Ordinal);
        Assert.Contains(files.Key!, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_LockedWithAPassword_SaysHowToUnlockIt()
    {
        using var key = ECDsa.Create();
        var files = pem.Identity("node-a");
        pem.Write("own.key", key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1)));

        Assert.Contains("openssl pkey", Problem(files), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("own.pem", "holds no certificate in PEM form")]
    [InlineData("own.key", "holds no private key in PEM form")]
    public void File_OfAnotherForm_SaysWhatWasExpected(string name, string expected)
    {
        var files = pem.Identity("node-a");
        pem.Write(name, "\0\u0001binary");

        Assert.Contains(expected, Problem(files), StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_Damaged_IsAProblem()
    {
        var files = pem.Identity("node-a");
        pem.Write("own.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

        Assert.Contains("damaged", Problem(files), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(0, false)]
    [InlineData(9, true)]
    public void Certificate_OutsideItsTime_IsAProblem(int days, bool expected) =>
        Assert.Equal(expected, pem.Identity("node-a").Problems(PemFolder.Now.AddDays(days)).Any(problem => problem.Contains("valid from", StringComparison.Ordinal)));

    [Fact]
    public void Key_ThatEveryUserCanRead_IsWarnedOf()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var files = pem.Identity("node-a");
        File.SetUnixFileMode(files.Key!, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        Assert.Contains($"chmod 600 {files.Key}", Assert.Single(files.Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public void Material_WhileAReplacementIsHalfDone_KeepsTheLastGoodPairAndSaysSoOnce()
    {
        var files = pem.Identity("node-a");
        var complaints = new List<string>();
        var material = new TlsMaterial(files, complaints.Add);
        var first = Shown(material);

        var next = pem.Authority.Issue(["node-a"], PemFolder.Now.AddDays(-1), PemFolder.Now.AddDays(8));
        pem.Write("own.pem", next.Certificate);
        Assert.Equal(first, Shown(material));
        Assert.Equal(first, Shown(material));
        Assert.Contains("does not belong", Assert.Single(complaints), StringComparison.Ordinal);

        pem.Write("own.key", next.Key);
        using var expected = X509Certificate2.CreateFromPem(next.Certificate);
        Assert.Equal(expected.Thumbprint, Shown(material));
    }

    private static string Shown(TlsMaterial material) => material.ForServer(_ => { }).ServerCertificateContext!.TargetCertificate.Thumbprint;

    private static string Problem(TlsFiles files) => Assert.Single(files.Problems(PemFolder.Now));
}
