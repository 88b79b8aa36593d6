using Distributed.Compat.Grpc.Tests.Support;
using Distributed.Compat.Grpc.Tests.V1;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Distributed.Compat.Grpc.Tests.Hosting;

public sealed class InterceptorTests
{
    [Fact]
    public async Task Server_Interceptors_WrapEachKindInOrder()
    {
        await using var host = await GrpcHost.StartAsync(options =>
        {
            options.Interceptors.Add<Recorder>("outer");
            options.Interceptors.Add<Recorder>("inner");
        });
        var client = host.Client();

        await client.EchoAsync(new Text());
        using var sum = client.Sum();
        await sum.RequestStream.CompleteAsync();
        await sum;
        using var count = client.Count(new Number());
        await count.ResponseStream.MoveNext();
        using var chat = client.Chat();
        await chat.RequestStream.CompleteAsync();
        await chat.ResponseStream.MoveNext();

        string[] kinds = ["Unary /distributed.test.v1.Tester/Echo", "ClientStreaming", "ServerStreaming", "DuplexStreaming"];
        Assert.Equal(kinds.SelectMany(kind => new[] { $"outer {kind}", $"inner {kind}" }), host.Probe.Log);
    }

    [Fact]
    public async Task Server_InterceptorRefuses_HandlerIsNotReached()
    {
        await using var host = await GrpcHost.StartAsync(options => options.Interceptors.Add<Guard>(), services: s => s.AddSingleton<Guard>());
        using var call = host.Client().EchoAsync(new Text());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal((StatusCode.Unauthenticated, "who?"), (error.StatusCode, error.Status.Detail));
        Assert.False(host.Probe.Entered.Task.IsCompleted);
        await host.Client().EchoAsync(new Text(), new Metadata { { "x-name", "me" } });
    }

    [Fact]
    public async Task Service_OptionsOfItsOwn_GoBeforeTheServers()
    {
        await using var host = await GrpcHost.StartAsync(
            options => options.MaxReceiveMessageSize = 1,
            services: s => s.AddGrpc().AddServiceOptions<TesterService>(options => options.MaxReceiveMessageSize = 1000));
        await host.Client().EchoAsync(new Text { Value = "some text" });
    }

    [Fact]
    public async Task Client_Interceptors_WrapEachKindInOrder()
    {
        await using var host = await GrpcHost.StartAsync();
        var log = new List<string>();
        var invoker = host.Channel().Intercept(new ClientRecorder(log, "outer"), new ClientRecorder(log, "inner"));
        var client = new Tester.TesterClient(invoker);

        client.Echo(new Text());
        await client.EchoAsync(new Text());
        using var sum = client.Sum();
        using var count = client.Count(new Number());
        using var chat = client.Chat();

        string[] kinds = ["Blocking", "Unary", "ClientStreaming", "ServerStreaming", "DuplexStreaming"];
        Assert.Equal(kinds.SelectMany(kind => new[] { $"outer {kind}", $"inner {kind}" }), log);
    }

    [Fact]
    public async Task Client_MetadataInterceptor_AddsHeaders()
    {
        await using var host = await GrpcHost.StartAsync();
        var client = new Tester.TesterClient(host.Channel().Intercept(headers =>
        {
            headers.Add("x-added", "1");
            return headers;
        }));
        using var call = client.EchoAsync(new Text { Value = "metadata" });
        Assert.Equal("1", (await call.ResponseHeadersAsync).GetValue("x-added"));
    }

    private sealed class Recorder(string name, Probe probe) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            probe.Log.Add($"{name} Unary {context.GetHttpContext().Request.Path}");
            return continuation(request, context);
        }

        public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
        {
            probe.Log.Add($"{name} ClientStreaming");
            return continuation(requestStream, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            probe.Log.Add($"{name} ServerStreaming");
            return continuation(request, responseStream, context);
        }

        public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
            IAsyncStreamReader<TRequest> requestStream,
            IServerStreamWriter<TResponse> responseStream,
            ServerCallContext context,
            DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        {
            probe.Log.Add($"{name} DuplexStreaming");
            return continuation(requestStream, responseStream, context);
        }
    }

    private sealed class Guard : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
            context.RequestHeaders.Get("x-name") is null
                ? throw new RpcException(new Status(StatusCode.Unauthenticated, "who?"))
                : continuation(request, context);
    }

    private sealed class ClientRecorder(List<string> log, string name) : Interceptor
    {
        public override TResponse BlockingUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"{name} Blocking");
            return continuation(request, context);
        }

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"{name} Unary");
            var call = continuation(request, context);
            return new AsyncUnaryCall<TResponse>(call.ResponseAsync, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
        }

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request,
            ClientInterceptorContext<TRequest, TResponse> context,
            AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"{name} ServerStreaming");
            return continuation(request, context);
        }

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"{name} ClientStreaming");
            return continuation(context);
        }

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
            ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            log.Add($"{name} DuplexStreaming");
            return continuation(context);
        }
    }
}
