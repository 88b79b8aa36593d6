using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server.Internal;

internal abstract class ServiceRuntime(GrpcServiceOptions options, ILogger logger)
{
    public GrpcServiceOptions Options => options;

    public ILogger Logger => logger;
}

// What the calls of a service share: its options, and how a handler is reached through the interceptors.
internal sealed class ServiceRuntime<TService> : ServiceRuntime
    where TService : class
{
    private readonly InstanceActivator<TService> _service = new(typeof(TService), []);
    private readonly IReadOnlyList<InstanceActivator<Interceptor>> _innermostFirst;

    public ServiceRuntime(
        IOptions<GrpcServiceOptions> serverOptions, IEnumerable<IConfigureOptions<GrpcServiceOptions<TService>>> configure, ILogger<TService> logger)
        : base(Merge(serverOptions.Value, configure), logger) =>
        _innermostFirst = [.. Options.Interceptors.Reverse().Select(i => new InstanceActivator<Interceptor>(i.Type, i.Arguments))];

    public UnaryServerMethod<TRequest, TResponse> Unary<TRequest, TResponse>(Model.UnaryServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class => _innermostFirst.Aggregate<InstanceActivator<Interceptor>, UnaryServerMethod<TRequest, TResponse>>(
            (request, context) => _service.UseAsync(Services(context), service => invoker(service, request, context)),
            (next, interceptor) => (request, context) => interceptor.UseAsync(
                Services(context), i => i.UnaryServerHandler(request, context, next)));

    public ClientStreamingServerMethod<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(
        Model.ClientStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class => _innermostFirst.Aggregate<InstanceActivator<Interceptor>, ClientStreamingServerMethod<TRequest, TResponse>>(
            (requests, context) => _service.UseAsync(Services(context), service => invoker(service, requests, context)),
            (next, interceptor) => (requests, context) => interceptor.UseAsync(
                Services(context), i => i.ClientStreamingServerHandler(requests, context, next)));

    public ServerStreamingServerMethod<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(
        Model.ServerStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class => _innermostFirst.Aggregate<InstanceActivator<Interceptor>, ServerStreamingServerMethod<TRequest, TResponse>>(
            (request, responses, context) => _service.UseAsync(Services(context), service => invoker(service, request, responses, context)),
            (next, interceptor) => (request, responses, context) => interceptor.UseAsync(
                Services(context), i => i.ServerStreamingServerHandler(request, responses, context, next)));

    public DuplexStreamingServerMethod<TRequest, TResponse> DuplexStreaming<TRequest, TResponse>(
        Model.DuplexStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class => _innermostFirst.Aggregate<InstanceActivator<Interceptor>, DuplexStreamingServerMethod<TRequest, TResponse>>(
            (requests, responses, context) => _service.UseAsync(Services(context), service => invoker(service, requests, responses, context)),
            (next, interceptor) => (requests, responses, context) => interceptor.UseAsync(
                Services(context), i => i.DuplexStreamingServerHandler(requests, responses, context, next)));

    private static IServiceProvider Services(ServerCallContext context) => context.GetHttpContext().RequestServices;

    // A service starts from the options of the server.
    private static GrpcServiceOptions<TService> Merge(
        GrpcServiceOptions server, IEnumerable<IConfigureOptions<GrpcServiceOptions<TService>>> configure)
    {
        var options = new GrpcServiceOptions<TService>
        {
            MaxSendMessageSize = server.MaxSendMessageSize,
            MaxReceiveMessageSize = server.MaxReceiveMessageSize,
            EnableDetailedErrors = server.EnableDetailedErrors,
        };
        foreach (var interceptor in server.Interceptors)
            options.Interceptors.Add(interceptor);
        foreach (var step in configure)
            step.Configure(options);
        return options;
    }
}
