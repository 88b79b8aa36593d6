using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>The other side's certificate as a handshake judges it.</summary>
/// <param name="Shown">What the other side showed; null: nothing.</param>
/// <param name="Chain">The chain that was built from it.</param>
/// <param name="Errors">What the system found wrong.</param>
internal readonly record struct PeerCertificate(X509Certificate? Shown, X509Chain? Chain, SslPolicyErrors Errors)
{
    /// <summary>Why it is not believed, and what to do; null when it is.</summary>
    /// <param name="untrusted">What to say of an authority that is not ours.</param>
    /// <param name="host">The name it must be for; null: any.</param>
    public string? Problem(string untrusted, string? host)
    {
        if (Errors == SslPolicyErrors.None)
        {
            return null;
        }

        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || Shown is null)
        {
            return "the other side shows no certificate";
        }

        using var certificate = new X509Certificate2(Shown);
        var problems = new List<string>();
        if (Errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            problems.AddRange((Chain?.ChainStatus ?? []).Select(status => Describe(status, certificate, untrusted)).Distinct());
        }

        if (host is not null && Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            problems.Add($"it is for {string.Join(", ", CertificateNames.Of(certificate))}, not for {host}: connect by one of its names, or have one made for {host}");
        }

        // Of a certificate that nobody vouches for, so anything may stand in it.
        var subject = string.Concat(certificate.Subject.Take(200).Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format ? ' ' : c));
        return $"the certificate '{subject}' is not believed: {string.Join("; ", problems)}";
    }

    private static string Describe(X509ChainStatus status, X509Certificate2 certificate, string untrusted)
    {
        if (status.Status.HasFlag(X509ChainStatusFlags.UntrustedRoot) || status.Status.HasFlag(X509ChainStatusFlags.PartialChain))
        {
            return untrusted;
        }

        if (status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"it is valid from {certificate.NotBefore:yyyy-MM-dd HH:mm} to {certificate.NotAfter:yyyy-MM-dd HH:mm}, and so must be those that signed it: get a new one, or set the clocks");
        }

        return status.Status.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? "its extended key usage does not allow this side of a connection"
            : status.StatusInformation.Trim();
    }
}
