using Grpc.AspNetCore.Server.Internal;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

public static class ServerCallContextExtensions
{
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        // An interceptor may hand on a context of its own; it carries the state of the one it wraps.
        if (serverCallContext is HttpContextCallContext call)
            return call.HttpContext;
        return serverCallContext.UserState.TryGetValue(HttpContextCallContext.HttpContextKey, out var context)
            ? (HttpContext)context
            : throw new InvalidOperationException("Could not get HttpContext from ServerCallContext. HttpContext can only be accessed when gRPC services are hosted by ASP.NET Core.");
    }
}
