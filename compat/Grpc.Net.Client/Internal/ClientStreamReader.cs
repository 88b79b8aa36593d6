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
    private FrameReader? _frames;
    private Task<TResponse?>? _read;
    private bool _taken;

    public TResponse Current { get; private set; } = null!;

    public Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_taken && !_read!.IsCompleted)
                throw new InvalidOperationException("Can't read the next message because the previous read is still in progress.");
            if (_taken || _read is null)
                _read = ReadAsync();
            _taken = true;
            return TakeAsync(_read, cancellationToken);
        }
    }

    // A writer whose stream was closed by the server looks for the status, which comes after the messages. The message that is found
    // instead waits for MoveNext.
    public Task PeekAsync()
    {
        lock (_gate)
        {
            if (_read is null || (_taken && _read.IsCompleted))
                (_read, _taken) = (ReadAsync().Observed(), false);
            return _read;
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
