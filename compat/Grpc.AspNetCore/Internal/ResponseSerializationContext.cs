using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Shared;

namespace Grpc.AspNetCore.Server.Internal;

// Serializes messages into the response's pipe: directly, when the serializer says the length first; else through a buffer.
internal sealed class ResponseSerializationContext(PipeWriter pipe, int? limit) : SerializationContext, IBufferWriter<byte>
{
    private int? _declared;
    private int _left;
    private bool _direct;
    private bool _complete;
    private ArrayBufferWriter<byte>? _buffered;

    public void Write<T>(T message, Action<T, SerializationContext> serializer)
    {
        (_declared, _buffered, _direct, _complete) = (null, null, false, false);
        serializer(message, this);
        if (!_complete)
            throw new InvalidOperationException("The serializer did not complete the message.");
    }

    public override void SetPayloadLength(int payloadLength)
    {
        Frame.CheckSend(payloadLength, limit);
        _declared = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_declared is not { } length)
            return _buffered ??= new ArrayBufferWriter<byte>();
        if (!_direct)
            WriteHeader(length);
        _left = length;
        _direct = true;
        return this;
    }

    public override void Complete()
    {
        if (!_direct)
            Complete(_buffered is null ? [] : _buffered.WrittenSpan);
        else if (_left != 0)
            throw new InvalidOperationException($"The serializer wrote {_left} bytes less than the payload length it had set.");
        _complete = true;
    }

    public override void Complete(byte[] payload) => Complete(payload.AsSpan());

    public void Advance(int count)
    {
        if (count > _left)
            throw new InvalidOperationException($"The serializer wrote {count - _left} bytes more than the payload length it had set.");
        _left -= count;
        pipe.Advance(count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => pipe.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => pipe.GetSpan(sizeHint);

    private void Complete(ReadOnlySpan<byte> payload)
    {
        Frame.CheckSend(payload.Length, limit);
        WriteHeader(payload.Length);
        pipe.Write(payload);
        _complete = true;
    }

    private void WriteHeader(int length)
    {
        Frame.WriteHeader(pipe.GetSpan(Frame.HeaderSize), length);
        pipe.Advance(Frame.HeaderSize);
    }
}
