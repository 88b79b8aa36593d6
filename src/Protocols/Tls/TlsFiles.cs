using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>The PEM files of one side of a TLS connection: who it is, and whom it believes. Paths only; what is read is read again when it changes.</summary>
public sealed record TlsFiles
{
    /// <summary>No files: plain HTTP/2, or the system's authorities and no identity of its own.</summary>
    public static TlsFiles None { get; } = new();

    /// <summary>This side's certificate, followed by those between it and its root, if any.</summary>
    /// <value>None.</value>
    public string? Certificate { get; init; }

    /// <summary>The certificate's private key, without a password.</summary>
    /// <value>None.</value>
    public string? Key { get; init; }

    /// <summary>The roots that must have signed the other side's certificate.</summary>
    /// <value>None: a client believes the system's, a server asks for no certificate.</value>
    public string? Authorities { get; init; }

    /// <summary>Whether any file is named.</summary>
    public bool Any => this != None;

    /// <summary>Everything that is wrong with the files; empty when they can be used.</summary>
    /// <param name="now">The time at which the own certificate must be valid.</param>
    public IReadOnlyList<string> Problems(DateTimeOffset now)
    {
        var problems = new List<string>();
        Try(problems, () => CheckIdentity(problems, now));
        Try(problems, () => _ = Authorities is null ? null : ReadAuthorities());
        return problems;
    }

    /// <summary>What is not wrong but should be changed.</summary>
    public IReadOnlyList<string> Warnings() =>
        !OperatingSystem.IsWindows() && Key is { } key && File.Exists(key) && (File.GetUnixFileMode(key) & UnixFileMode.OtherRead) != 0
            ? [$"every user of this machine can read the private key {key}; mend it with: chmod 600 {key}"]
            : [];

    /// <summary>The names that the own certificate speaks for; none without one.</summary>
    /// <exception cref="PemFileException">A file cannot be used.</exception>
    public IReadOnlyList<string> Names()
    {
        if (Certificate is null)
        {
            return [];
        }

        using var own = PemFile.Certificates("certificate", Certificate, PemFile.Read("certificate", Certificate))[0];
        return CertificateNames.Of(own);
    }

    /// <summary>The own certificate with its key, and those that go out with it.</summary>
    /// <exception cref="PemFileException">A file cannot be used.</exception>
    internal (X509Certificate2 Own, X509Certificate2Collection Chain) ReadIdentity()
    {
        var (text, key) = (PemFile.Read("certificate", Certificate!), PemFile.Read("key", Key!));
        var chain = PemFile.Certificates("certificate", Certificate!, text);
        chain.RemoveAt(0);
        return (PemFile.WithKey(Certificate!, text, Key!, key), chain);
    }

    /// <summary>The roots that are believed.</summary>
    /// <exception cref="PemFileException">The file cannot be used.</exception>
    internal X509Certificate2Collection ReadAuthorities() => PemFile.Certificates("CA", Authorities!, PemFile.Read("CA", Authorities!));

    private void CheckIdentity(List<string> problems, DateTimeOffset now)
    {
        if (Certificate is null != Key is null)
        {
            problems.Add("a certificate and its key go together: give both files or neither");
        }
        else if (Certificate is not null)
        {
            using var own = ReadIdentity().Own;
            if (now < own.NotBefore || now > own.NotAfter)
            {
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the certificate {Certificate} is valid from {own.NotBefore:yyyy-MM-dd HH:mm} to {own.NotAfter:yyyy-MM-dd HH:mm}, not now; get a new one, or set this machine's clock"));
            }
        }
    }

    private static void Try(List<string> problems, Action read)
    {
        try
        {
            read();
        }
        catch (PemFileException error)
        {
            problems.Add(error.Message);
        }
    }
}
