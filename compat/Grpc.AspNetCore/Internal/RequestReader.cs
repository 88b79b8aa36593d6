using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Shared;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Internal;

// Reads the request's messages out of Kestrel's pipe; deserializers see the pipe's own memory.
internal sealed class RequestReader<TRequest>(HttpContextCallContext call, Marshaller<TRequest> marshaller, int? limit) : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private readonly PipeReader _pipe = call.HttpContext.Request.BodyReader;
    private readonly PayloadContext _payload = new();

    public TRequest Current { get; private set; } = null!;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using var linked = cancellationToken.CanBeCanceled && cancellationToken != call.CancellationToken
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.CancellationToken)
            : null;
        var message = await ReadAsync(linked?.Token ?? call.CancellationToken);
        Current = message!;
        return message is not null;
    }

    public async Task<TRequest> ReadSingleAsync()
    {
        var message = await ReadAsync(call.CancellationToken) ?? throw Broken("Incomplete message.");
        return await ReadAsync(call.CancellationToken) is null ? message : throw Broken("Additional data after the message received.");
    }

    private async ValueTask<TRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var buffer = (await _pipe.ReadAtLeastAsync(Frame.HeaderSize, cancellationToken)).Buffer;
            if (buffer.IsEmpty)
            {
                _pipe.AdvanceTo(buffer.End);
                return null;
            }

            var length = ReadHeader(buffer);
            if (buffer.Length < Frame.HeaderSize + length)
            {
                _pipe.AdvanceTo(buffer.Start, buffer.End);
                buffer = (await _pipe.ReadAtLeastAsync(Frame.HeaderSize + length, cancellationToken)).Buffer;
            }

            return Deserialize(buffer, length);
        }
        catch (IOException) when (call.CancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(call.CancellationToken);
        }
    }

    private int ReadHeader(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < Frame.HeaderSize)
            throw Broken("Incomplete message.");
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        buffer.Slice(0, Frame.HeaderSize).CopyTo(header);
        return Frame.ReadHeader(header, limit, call.HttpContext.Request.Headers[WireNames.Encoding]);
    }

    private TRequest Deserialize(in ReadOnlySequence<byte> buffer, int length)
    {
        if (buffer.Length < Frame.HeaderSize + length)
            throw Broken("Incomplete message.");
        var payload = buffer.Slice(Frame.HeaderSize, length);
        var message = _payload.Deserialize(payload, marshaller.ContextualDeserializer);
        _pipe.AdvanceTo(payload.End);
        return message;
    }

    private static RpcException Broken(string detail) => new(new Status(StatusCode.Internal, detail));
}
