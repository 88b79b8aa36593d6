namespace Distributed.Interop.Tests.Support;

/// <summary>A test against grpcio; skipped where it is not installed.</summary>
internal sealed class NeedsPeerFactAttribute : FactAttribute
{
    public NeedsPeerFactAttribute() => Skip = Peer.Installed ? null : "needs python3-grpcio and python3-protobuf";
}
