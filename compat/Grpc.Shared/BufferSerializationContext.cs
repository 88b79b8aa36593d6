using System.Buffers;
using Grpc.Core;

namespace Grpc.Shared;

// Serializes a message, frame header in front, into one buffer that is used again for the next message.
// pooled: the owner knows when nobody reads the last frame any more, and calls Release then.
internal sealed class BufferSerializationContext(int? limit, bool pooled) : SerializationContext, IBufferWriter<byte>
{
    private const int SmallestBuffer = 1024;

    private byte[] _buffer = [];
    private int _end;
    private bool _complete;

    // The frame is good until the next call of Serialize or Release.
    public ReadOnlyMemory<byte> Serialize<T>(T message, Action<T, SerializationContext> serializer)
    {
        _end = Frame.HeaderSize;
        _complete = false;
        serializer(message, this);
        if (!_complete)
            throw new InvalidOperationException("The serializer did not complete the message.");
        var length = _end - Frame.HeaderSize;
        Frame.CheckSend(length, limit);
        Reserve(0);
        Frame.WriteHeader(_buffer, length);
        return _buffer.AsMemory(0, _end);
    }

    public void Release()
    {
        if (pooled && _buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    public override void SetPayloadLength(int payloadLength)
    {
        Frame.CheckSend(payloadLength, limit);
        Reserve(payloadLength);
    }

    public override IBufferWriter<byte> GetBufferWriter() => this;

    public override void Complete() => _complete = true;

    public override void Complete(byte[] payload)
    {
        Frame.CheckSend(payload.Length, limit);
        this.Write(payload);
        _complete = true;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _end);
        _end += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    // A payload of known length is written without growing.
    private void Reserve(int more)
    {
        var needed = _end + more;
        if (needed <= _buffer.Length && _buffer.Length > 0)
            return;
        var size = Math.Max(needed, Math.Max(SmallestBuffer, Math.Min(_buffer.Length, Array.MaxLength / 2) * 2));
        var grown = pooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);
        _buffer.AsSpan(0, Math.Min(_end, _buffer.Length)).CopyTo(grown);
        Release();
        _buffer = grown;
    }
}
