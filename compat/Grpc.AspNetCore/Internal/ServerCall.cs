using Grpc.Core;

namespace Grpc.AspNetCore.Server.Internal;

// One call as its handler sees it.
internal sealed class ServerCall<TRequest, TResponse>(HttpContextCallContext context, Method<TRequest, TResponse> method, GrpcServiceOptions options)
    where TRequest : class
    where TResponse : class
{
    private readonly RequestReader<TRequest> _reader = new(context, method.RequestMarshaller, options.MaxReceiveMessageSize);
    private readonly ResponseWriter<TResponse> _writer = new(context, method.ResponseMarshaller, options.MaxSendMessageSize);

    public ServerCallContext Context => context;

    public IAsyncStreamReader<TRequest> Reader => _reader;

    public IServerStreamWriter<TResponse> Writer => _writer;

    public Task<TRequest> ReadSingleAsync() => _reader.ReadSingleAsync();

    // A handler that sets an error status answers with that, and its message is not sent.
    public Task WriteSingleAsync(TResponse message) =>
        context.Status.StatusCode == StatusCode.OK ? _writer.WriteSingleAsync(message) : Task.CompletedTask;
}
