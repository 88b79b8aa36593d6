using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>A certificate and its private key in PEM form.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Key">Its key (PKCS#8), without a password.</param>
public sealed record PemPair(string Certificate, string Key);

/// <summary>A small authority of one's own, for those who have none: signs certificates for a coordinator, nodes and operators with ECDSA on P-256.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const int SerialBytes = 16;

    private readonly X509Certificate2 root;

    private CertificateAuthority(X509Certificate2 root) => this.root = root;

    /// <summary>Certificate and key of the authority itself.</summary>
    public PemPair Pem
    {
        get
        {
            using var key = root.GetECDsaPrivateKey()!;
            return new PemPair(root.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        }
    }

    /// <summary>Until when it can vouch for others.</summary>
    public DateTimeOffset Until => root.NotAfter;

    /// <summary>Makes an authority that signs end certificates only.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="from">Begin of its validity.</param>
    /// <param name="until">End of its validity.</param>
    public static CertificateAuthority Create(string name, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return new CertificateAuthority(request.CreateSelfSigned(from, until));
    }

    /// <summary>An authority that was made before.</summary>
    /// <param name="certificatePath">Its certificate.</param>
    /// <param name="keyPath">Its key.</param>
    /// <exception cref="PemFileException">The files cannot be used, or are not an authority's.</exception>
    public static CertificateAuthority Open(string certificatePath, string keyPath)
    {
        var root = PemFile.WithKey(
            certificatePath, PemFile.Read("CA", certificatePath), keyPath, PemFile.Read("CA key", keyPath));
        if (root.GetECDsaPrivateKey() is not { } key || !root.Extensions.OfType<X509BasicConstraintsExtension>().Any(basic => basic.CertificateAuthority))
        {
            root.Dispose();
            throw new PemFileException($"{certificatePath} is no authority with an ECDSA key, so it cannot sign certificates");
        }

        key.Dispose();
        return new CertificateAuthority(root);
    }

    /// <summary>Signs a certificate that serves on both sides of a connection.</summary>
    /// <param name="names">Host names, node names and IP addresses that it speaks for; the first is the common name.</param>
    /// <param name="from">Begin of its validity.</param>
    /// <param name="until">End of its validity; not after the authority's own.</param>
    public PemPair Issue(IReadOnlyList<string> names, DateTimeOffset from, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(names);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(names[0], key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerUse), new Oid(ClientUse)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        serial[0] &= 0x7F; // a positive number
        using var issued = request.Create(root, from, until, serial);
        return new PemPair(issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <inheritdoc />
    public void Dispose() => root.Dispose();

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }
}
