using System.Buffers;
using Grpc.Core;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

internal sealed class ClientStreamReader<TResponse>(GrpcCall call, Marshaller<TResponse> marshaller, Task<Stream?> response)
    : IAsyncStreamReader<TResponse>, IPeekable
    where TResponse : class
{
    private readonly Lock _gate = new();
    private readonly PayloadContext _payload = new();
    // Reads of PeekAsync that MoveNext has not taken yet, oldest first.
    private readonly Queue<Task<TResponse?>> _ahead = new();
    private FrameReader? _frames;
    private Task<TResponse?>? _last;

    public TResponse Current { get; private set; } = null!;

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ahead.TryDequeue(out var read))
                return TakeAsync(read, cancellationToken);
            if (_last is { IsCompleted: false })
                throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
            _last = ReadAsync();
            return TakeAsync(_last, cancellationToken);
        }
    }

    public Task PeekAsync()
    {
        lock (_gate)
        {
            if (_last is null or { IsCompleted: true })
            {
                _last = ReadAsync().Observed();
                _ahead.Enqueue(_last);
            }

            return _last;
        }
    }

    private async Task<bool> TakeAsync(Task<TResponse?> read, CancellationToken cancellationToken)
    {
        using var cancellation = call.CancelOn(cancellationToken);
        var message = await read;
        Current = message!;
        return message is not null;
    }

    private async Task<TResponse?> ReadAsync()
    {
        try
        {
            if (!call.IsFinished && await response is { } stream)
            {
                _frames ??= call.CreateReader(stream);
                if (await _frames.ReadAsync(call.Cancelled) is { } frame)
                    return _payload.Deserialize(new ReadOnlySequence<byte>(frame), marshaller.ContextualDeserializer);
                call.FinishWithTrailers(_frames.Truncated);
            }
        }
        catch (Exception e)
        {
            call.Fail(e, "Error reading next message.");
        }

        _frames?.Release();
        return call.GetStatus().StatusCode == StatusCode.OK ? null : throw call.Error();
    }
}
