using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

internal sealed class ResponseWriter<TResponse>(HttpContextCallContext call, Marshaller<TResponse> marshaller, int? limit)
    : IServerStreamWriter<TResponse>
    where TResponse : class
{
    private readonly HttpResponse _response = call.HttpContext.Response;
    private ResponseSerializationContext? _serialization;
    private int _writing;

    public WriteOptions? WriteOptions
    {
        get => call.WriteOptions;
        set => call.WriteOptions = value;
    }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            await SerializeAsync(message);
            if (((WriteOptions?.Flags ?? 0) & WriteFlags.BufferHint) == 0)
                await _response.BodyWriter.FlushAsync(cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    // Not flushed: message and status leave together.
    public Task WriteSingleAsync(TResponse? message) => message is null
        ? throw new RpcException(new Status(StatusCode.Cancelled, "No message returned from method."))
        : SerializeAsync(message);

    private async Task SerializeAsync(TResponse message)
    {
        call.CancellationToken.ThrowIfCancellationRequested();
        if (call.IsEnded)
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        // Before the first byte goes to the pipe, as ASP.NET wants it.
        if (!_response.HasStarted)
            await _response.StartAsync(call.CancellationToken);
        _serialization ??= new ResponseSerializationContext(_response.BodyWriter, limit);
        _serialization.Write(message, marshaller.ContextualSerializer);
    }
}
