using System.Net;
using System.Net.Http.Headers;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

internal abstract class RequestContent : HttpContent
{
    private static readonly MediaTypeHeaderValue _contentType = new(WireNames.ContentType);

    protected RequestContent() => Headers.ContentType = _contentType;

    // A gRPC request says where it ends by ending.
    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected abstract override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken);
}

// One message, serialized before the call is sent.
internal sealed class SingleContent(ReadOnlyMemory<byte> frame) : RequestContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(frame, cancellationToken).AsTask();
}

// Lends the request stream to the writer until the writer is complete.
internal sealed class StreamedContent(CancellationToken callCancelled) : RequestContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Stream> Opened => _opened.Task;

    public void Complete() => _complete.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // Without a flush the headers would wait for the first message, which may depend on an answer to them.
        await stream.FlushAsync(cancellationToken);
        // A second connection: what was written to the first is gone.
        if (!_opened.TrySetResult(stream))
            throw new IOException("The connection was lost after the request stream was opened.");
        try
        {
            await _complete.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!callCancelled.IsCancellationRequested)
        {
            // HttpClient's own doing: the server has answered without waiting for the rest, or has broken off. A content that failed
            // now could win against the answer, and nobody would see it.
        }
    }
}
