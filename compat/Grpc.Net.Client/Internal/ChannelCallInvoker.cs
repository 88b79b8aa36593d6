using Grpc.Core;

namespace Grpc.Net.Client.Internal;

internal sealed class ChannelCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall(channel, method, host, options);
        var response = call.ReadSingleAsync(call.Send(request, method), method.ResponseMarshaller).Observed();
        return new AsyncUnaryCall<TResponse>(response, call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new GrpcCall(channel, method, host, options);
        var reader = new ClientStreamReader<TResponse>(call, method.ResponseMarshaller, call.Send(request, method));
        return new AsyncServerStreamingCall<TResponse>(reader, call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall(channel, method, host, options);
        var content = new StreamedContent(call.Cancelled);
        var response = call.ReadSingleAsync(call.OpenAsync(content), method.ResponseMarshaller).Observed();
        var writer = new ClientStreamWriter<TRequest>(call, method.RequestMarshaller, content, null);
        return new AsyncClientStreamingCall<TRequest, TResponse>(writer, response, call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new GrpcCall(channel, method, host, options);
        var content = new StreamedContent(call.Cancelled);
        var reader = new ClientStreamReader<TResponse>(call, method.ResponseMarshaller, call.OpenAsync(content));
        var writer = new ClientStreamWriter<TRequest>(call, method.RequestMarshaller, content, reader);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(writer, reader, call.Headers, call.GetStatus, call.GetTrailers, call.Dispose);
    }
}
