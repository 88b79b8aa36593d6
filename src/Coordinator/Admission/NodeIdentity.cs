using Distributed.Algorithms.Tensors;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Tls;
using Grpc.Core;

namespace Distributed.Coordinator.Admission;

/// <summary>Holds a node's name against its client certificate, so that no site can join or upload under another's name.</summary>
internal static class NodeIdentity
{
    /// <summary>Checks a name.</summary>
    /// <param name="name">The name that the node gives, valid as such.</param>
    /// <param name="context">Its call.</param>
    /// <returns>Why the name is refused; null when the certificate has it, or client certificates are not asked for.</returns>
    public static Refusal? Check(string name, ServerCallContext context)
    {
        if (context.GetHttpContext().Connection.ClientCertificate is not { } certificate)
        {
            return null;
        }

        var names = CertificateNames.Of(certificate);
        return names.Contains(name, StringComparer.Ordinal)
            ? null
            : new Refusal(
                RefusalCode.NodeNameForbidden,
                $"The certificate of this node speaks for {string.Join(", ", names.Select(Printable.Of))}, not for {name}: join under that name, or have a certificate made for {name}.");
    }
}
