using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// Refuses compressed requests before anything is inflated: gRPC's message limit counts compressed bytes, so that a small message could become a huge one.
/// Middleware, because an interceptor of a unary call runs after its message was read.
/// </summary>
internal static class UncompressedGrpc
{
    private const string Identity = "identity";

    /// <summary>Adds the guard; before routing.</summary>
    public static IApplicationBuilder UseUncompressedGrpc(this IApplicationBuilder app) => app.Use(static (context, next) =>
        IsCompressed(context.Request) ? RefuseAsync(context.Response) : next(context));

    private static bool IsCompressed(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true
        && request.Headers["grpc-encoding"] is { Count: > 0 } encoding
        && (encoding.Count > 1 || encoding[0] != Identity);

    private static Task RefuseAsync(HttpResponse response)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-accept-encoding"] = Identity;
        response.Headers["grpc-status"] = ((int)StatusCode.Unimplemented).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = "Compressed messages are not taken; send with grpc-encoding identity.";
        return response.CompleteAsync();
    }
}
