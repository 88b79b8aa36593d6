using Grpc.Core;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

// reader: of a duplex call; a call with one response reads it by itself.
internal sealed class ClientStreamWriter<TRequest>(GrpcCall call, Marshaller<TRequest> marshaller, StreamedContent content, IPeekable? reader)
    : IClientStreamWriter<TRequest>
    where TRequest : class
{
    private readonly BufferSerializationContext _serialization = new(call.MaxSendMessageSize, pooled: true);
    private int _writing;
    private bool _complete;

    public WriteOptions? WriteOptions { get; set; } = call.WriteOptions;

    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_complete)
            throw new InvalidOperationException("Can't write the message because the client stream writer is complete.");
        if (Interlocked.Exchange(ref _writing, 1) == 1)
            throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
        try
        {
            using var cancellation = call.CancelOn(cancellationToken);
            await WriteFrameAsync(_serialization.Serialize(message, marshaller.ContextualSerializer));
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) == 1)
            throw new InvalidOperationException("Can't complete the client stream writer because the previous write is in progress.");
        if (!_complete)
            _serialization.Release();
        _complete = true;
        content.Complete();
        return Task.CompletedTask;
    }

    private async Task WriteFrameAsync(ReadOnlyMemory<byte> frame)
    {
        try
        {
            var stream = await content.Opened.WaitAsync(call.Cancelled);
            await stream.WriteAsync(frame, call.Cancelled);
            if (((WriteOptions?.Flags ?? 0) & WriteFlags.BufferHint) == 0)
                await stream.FlushAsync(call.Cancelled);
        }
        catch (Exception)
        {
            throw await ExplainAsync();
        }
    }

    // HttpClient cancels the request's stream when the response is complete. The response says why, the cancellation does not. What is
    // left of a complete response is no more than was received already.
    private async Task<Exception> ExplainAsync()
    {
        while (reader is not null && !call.IsFinished)
            await Task.WhenAny(call.Finished, reader.PeekAsync());
        await call.Finished;
        return call.Error();
    }
}
