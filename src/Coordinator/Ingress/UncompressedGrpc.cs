using Grpc.AspNetCore.Server;

namespace Distributed.Coordinator.Ingress;

/// <summary>gRPC's message limit counts compressed bytes, so that a small message could become a huge one: none is inflated.</summary>
internal static class UncompressedGrpc
{
    /// <summary>Knows no encoding: a compressed message ends its call as UNIMPLEMENTED, and the client is told what would be taken.</summary>
    public static void RefuseCompression(this GrpcServiceOptions options) => options.CompressionProviders.Clear();
}
