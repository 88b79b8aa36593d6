using Grpc.AspNetCore.Server.Internal;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Model;

public class ServiceMethodProviderContext<TService>
    where TService : class
{
    private readonly ServiceRuntime<TService> _runtime;

    internal ServiceMethodProviderContext(ServiceRuntime<TService> runtime) => _runtime = runtime;

    internal List<MethodModel> Methods { get; } = [];

    public void AddUnaryMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, UnaryServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        var pipeline = _runtime.Unary(invoker);
        Add(method, metadata, new ServerCallHandler<TRequest, TResponse>(
            method, _runtime, async call => await call.WriteSingleAsync(await pipeline(await call.ReadSingleAsync(), call.Context))));
    }

    public void AddClientStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, ClientStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        var pipeline = _runtime.ClientStreaming(invoker);
        Add(method, metadata, new ServerCallHandler<TRequest, TResponse>(
            method, _runtime, async call => await call.WriteSingleAsync(await pipeline(call.Reader, call.Context))));
    }

    public void AddServerStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, ServerStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        var pipeline = _runtime.ServerStreaming(invoker);
        Add(method, metadata, new ServerCallHandler<TRequest, TResponse>(
            method, _runtime, async call => await pipeline(await call.ReadSingleAsync(), call.Writer, call.Context)));
    }

    public void AddDuplexStreamingMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, DuplexStreamingServerMethod<TService, TRequest, TResponse> invoker)
        where TRequest : class
        where TResponse : class
    {
        var pipeline = _runtime.DuplexStreaming(invoker);
        Add(method, metadata, new ServerCallHandler<TRequest, TResponse>(
            method, _runtime, call => pipeline(call.Reader, call.Writer, call.Context)));
    }

    private void Add<TRequest, TResponse>(
        Method<TRequest, TResponse> method, IList<object> metadata, ServerCallHandler<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(metadata);
        Methods.Add(new MethodModel(method, [.. metadata], handler.HandleAsync));
    }
}

internal sealed record MethodModel(IMethod Method, IReadOnlyList<object> Metadata, RequestDelegate Handler);
