using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

// The peer's identity as its client certificate tells it, under the property names of other gRPC implementations.
internal static class CertificateAuth
{
    private const string CommonName = "x509_common_name";
    private const string AlternativeName = "x509_subject_alternative_name";

    private static readonly AuthContext _unauthenticated = new(null, []);

    public static AuthContext Create(X509Certificate2? certificate)
    {
        if (certificate is null)
            return _unauthenticated;
        var properties = new Dictionary<string, List<AuthProperty>>();
        Add(CommonName, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        foreach (var names in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (var name in names.EnumerateDnsNames())
                Add(AlternativeName, name);
        }

        return new AuthContext(properties.ContainsKey(AlternativeName) ? AlternativeName : CommonName, properties);

        void Add(string name, string value)
        {
            if (!properties.TryGetValue(name, out var list))
                properties[name] = list = [];
            list.Add(AuthProperty.Create(name, Encoding.UTF8.GetBytes(value)));
        }
    }
}
