using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Grpc.AspNetCore.Server.Internal;

// Answers gRPC calls that no method takes. Other requests to such a path stay what they are: not found.
internal sealed class UnimplementedEndpoint
{
    private readonly HashSet<string> _services = [];
    private bool _mapped;

    public void Map(IEndpointRouteBuilder builder, IEnumerable<string> services)
    {
        _services.UnionWith(services);
        if (_mapped)
            return;
        _mapped = true;
        var pattern = RoutePatternFactory.Parse("{service}/{method}", defaults: null, parameterPolicies: new { service = new GrpcOnly() });
        builder.Map(pattern, Refuse).WithDisplayName("gRPC - Unimplemented");
    }

    private Task Refuse(HttpContext context)
    {
        var known = _services.Contains((string)context.Request.RouteValues["service"]!);
        ServerResponse.EndWithoutMessages(
            context.Response, new Status(StatusCode.Unimplemented, known ? "Method is unimplemented." : "Service is unimplemented."));
        return Task.CompletedTask;
    }

    private sealed class GrpcOnly : IRouteConstraint
    {
        public bool Match(
            HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
            httpContext is not null && WireNames.IsGrpc(httpContext.Request.ContentType);
    }
}
