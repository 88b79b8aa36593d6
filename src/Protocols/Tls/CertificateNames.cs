using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>The names that a certificate speaks for.</summary>
public static class CertificateNames
{
    /// <summary>Common name, DNS names and IP addresses, each once.</summary>
    /// <param name="certificate">A certificate that was checked already.</param>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var alternatives = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
        return
        [
            .. new[] { certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) }
                .Concat(alternatives.SelectMany(names => names.EnumerateDnsNames()))
                .Concat(alternatives.SelectMany(names => names.EnumerateIPAddresses()).Select(address => address.ToString()))
                .Where(name => name.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
    }
}
