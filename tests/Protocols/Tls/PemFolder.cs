using Distributed.Protocols.Tls;

namespace Distributed.Protocols.Tests.Tls;

/// <summary>PEM files of one test.</summary>
internal sealed class PemFolder : IDisposable
{
    public static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string folder = Directory.CreateTempSubdirectory("distributed-tls-").FullName;

    public CertificateAuthority Authority { get; } = CertificateAuthority.Create("Test CA", Now.AddDays(-1), Now.AddDays(9));

    public string At(string name) => Path.Combine(folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return At(name);
    }

    public TlsFiles Identity(params string[] names) => Identity(Authority.Issue(names, Now.AddDays(-1), Now.AddDays(8)));

    public TlsFiles Identity(PemPair pair) => new() { Certificate = Write("own.pem", pair.Certificate), Key = Write("own.key", pair.Key) };

    public void Dispose()
    {
        Authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
