using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>What handshakes are made with, from PEM files that may be replaced at any time: each handshake sees the newest.</summary>
public sealed class TlsMaterial
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly TlsFiles files;
    private readonly FreshFiles<SslStreamCertificateContext>? identity;
    private readonly FreshFiles<X509Certificate2Collection>? authorities;

    /// <summary>Material from files; they are read at the first handshake.</summary>
    /// <param name="files">The files.</param>
    /// <param name="stale">Told once when replaced files cannot be used, so that the ones before stay in force.</param>
    public TlsMaterial(TlsFiles files, Action<string>? stale = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        this.files = files;
        stale ??= _ => { };
        identity = files is { Certificate: { } certificate, Key: { } key } ? new([certificate, key], ReadIdentity, stale) : null;
        authorities = files.Authorities is { } path ? new([path], files.ReadAuthorities, stale) : null;
    }

    /// <summary>For the side that was called. With authorities, a client must show a certificate that one of them signed.</summary>
    /// <param name="refused">Told why a client's certificate is not believed.</param>
    /// <exception cref="PemFileException">The files cannot be used.</exception>
    public SslServerAuthenticationOptions ForServer(Action<string> refused) => new()
    {
        EnabledSslProtocols = Versions,
        ServerCertificateContext = identity?.Current(),
        ClientCertificateRequired = authorities is not null,
        CertificateChainPolicy = Policy(),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = authorities is null ? null : (_, peer, chain, errors) =>
            Judge(new PeerCertificate(peer, chain, errors), $"no authority in {files.Authorities} has signed it", null, refused),
    };

    /// <summary>For the side that calls.</summary>
    /// <param name="host">The name or address that the other side's certificate must be for.</param>
    /// <param name="refused">Told why the other side's certificate is not believed.</param>
    /// <exception cref="PemFileException">The files cannot be used.</exception>
    public SslClientAuthenticationOptions ForClient(string host, Action<string> refused) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = Versions,
        ApplicationProtocols = [SslApplicationProtocol.Http2],
        ClientCertificateContext = identity?.Current(),
        CertificateChainPolicy = Policy(),
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, peer, chain, errors) => Judge(
            new PeerCertificate(peer, chain, errors),
            files.Authorities is { } path
                ? $"no authority in {path} has signed it: give the CA that did"
                : "no authority of this machine has signed it: name the CA that did with --tls-ca",
            host,
            refused),
    };

    private static bool Judge(PeerCertificate peer, string untrusted, string? host, Action<string> refused)
    {
        if (peer.Problem(untrusted, host) is { } problem)
        {
            refused(problem);
            return false;
        }

        return true;
    }

    // Contexts of replaced certificates are left to the collector: connections may still use them.
    private SslStreamCertificateContext ReadIdentity()
    {
        var (own, chain) = files.ReadIdentity();
        return SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    private X509ChainPolicy? Policy()
    {
        if (authorities is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities.Current());
        return policy;
    }
}
