using Distributed.Protocols.Refusals;

namespace Distributed.Node.Upload;

/// <summary>A transfer cannot succeed by trying again.</summary>
internal sealed class TransferFailedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
