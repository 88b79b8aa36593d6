using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Distributed.Protocols.Tls;

/// <summary>Reads certificates and keys, and says what is wrong with a file in words that lead to the remedy.</summary>
internal static class PemFile
{
    private const string CertificateLabel = "-----BEGIN CERTIFICATE-----";
    private const string KeyLabel = "PRIVATE KEY-----";
    private const string EncryptedLabel = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private const string OldEncryptedLabel = "Proc-Type: 4,ENCRYPTED";

    /// <summary>The file's text.</summary>
    /// <param name="what">What it should hold, for the message: <c>certificate</c>, <c>key</c>, <c>CA</c>.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="PemFileException">It is missing or may not be read.</exception>
    public static string Read(string what, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PemFileException($"the {what} file {path} does not exist", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PemFileException($"the {what} file {path} cannot be read by this user: {error.Message}", error);
        }
    }

    /// <summary>All certificates of a text, in its order.</summary>
    /// <exception cref="PemFileException">There is none, or one is damaged.</exception>
    public static X509Certificate2Collection Certificates(string what, string path, string text)
    {
        if (!text.Contains(CertificateLabel, StringComparison.Ordinal))
        {
            throw new PemFileException(
                $"the {what} file {path} holds no certificate in PEM form ('{CertificateLabel}'); one in DER form is converted by: openssl x509 -inform der -in {path}");
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(text);
            return certificates;
        }
        catch (CryptographicException error)
        {
            throw new PemFileException($"the {what} file {path} is damaged: {error.Message}", error);
        }
    }

    /// <summary>The first certificate of a text joined with its private key.</summary>
    /// <exception cref="PemFileException">The key is missing, locked, damaged or another certificate's.</exception>
    public static X509Certificate2 WithKey(string path, string text, string keyPath, string keyText)
    {
        if (keyText.Contains(EncryptedLabel, StringComparison.Ordinal) || keyText.Contains(OldEncryptedLabel, StringComparison.Ordinal))
        {
            throw new PemFileException($"the key file {keyPath} is locked with a password; unlock it into a file of mode 600: openssl pkey -in {keyPath} -out FILE");
        }

        if (!keyText.Contains(KeyLabel, StringComparison.Ordinal))
        {
            throw new PemFileException($"the key file {keyPath} holds no private key in PEM form ('-----BEGIN PRIVATE KEY-----')");
        }

        try
        {
            return X509Certificate2.CreateFromPem(text, keyText);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new PemFileException($"the key in {keyPath} does not belong to the certificate in {path}, or is damaged: {error.Message}", error);
        }
    }
}
