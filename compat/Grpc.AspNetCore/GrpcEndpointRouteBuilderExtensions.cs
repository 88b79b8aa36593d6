using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Internal;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

public static class GrpcEndpointRouteBuilderExtensions
{
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.ServiceProvider;
        var runtime = services.GetService<ServiceRuntime<TService>>()
            ?? throw new InvalidOperationException(
                "Unable to find the required services. Please add all the required services by calling 'IServiceCollection.AddGrpc' "
                + "inside the call to 'ConfigureServices(...)' in the application startup code.");
        var context = new ServiceMethodProviderContext<TService>(runtime);
        foreach (var provider in services.GetServices<IServiceMethodProvider<TService>>())
            provider.OnServiceMethodDiscovery(context);
        services.GetRequiredService<UnimplementedEndpoint>().Map(builder, context.Methods.Select(method => method.Method.ServiceName));
        return new GrpcServiceEndpointConventionBuilder([.. context.Methods.Select(method => Map(builder, typeof(TService), method))]);
    }

    private static IEndpointConventionBuilder Map(IEndpointRouteBuilder builder, Type service, MethodModel model)
    {
        var endpoint = builder.MapPost(model.Method.FullName, model.Handler);
        endpoint.Add(added =>
        {
            added.DisplayName = $"gRPC - {model.Method.FullName}";
            added.Metadata.Add(new GrpcMethodMetadata(service, model.Method));
            foreach (var item in model.Metadata)
                added.Metadata.Add(item);
        });
        return endpoint;
    }
}

public sealed class GrpcServiceEndpointConventionBuilder : IEndpointConventionBuilder
{
    private readonly IReadOnlyList<IEndpointConventionBuilder> _endpoints;

    internal GrpcServiceEndpointConventionBuilder(IReadOnlyList<IEndpointConventionBuilder> endpoints) => _endpoints = endpoints;

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in _endpoints)
            endpoint.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> finallyConvention)
    {
        foreach (var endpoint in _endpoints)
            endpoint.Finally(finallyConvention);
    }
}
