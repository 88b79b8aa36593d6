using System.Buffers;
using Grpc.Shared;

namespace Grpc.Net.Client.Internal;

// Reads messages from a response stream into one pooled buffer of the size of the largest.
internal sealed class FrameReader(Stream stream, int? limit, string? encoding)
{
    // Read beyond the message: the next header comes along, and a stream of small messages needs fewer reads.
    // What is read ahead is moved to the front, so it stays small.
    private const int ReadAhead = 512;

    private byte[] _buffer = [];
    private int _start;
    private int _end;

    // After the last message: whether the stream ended inside one.
    public bool Truncated => _end > _start;

    // The message; null at the end of the stream. Good until the next call.
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(Frame.HeaderSize, cancellationToken))
            return null;
        var length = Frame.ReadHeader(_buffer.AsSpan(_start, Frame.HeaderSize), limit, encoding);
        if (!await FillAsync(Frame.HeaderSize + length, cancellationToken))
            return null;
        var payload = _buffer.AsMemory(_start + Frame.HeaderSize, length);
        _start += Frame.HeaderSize + length;
        return payload;
    }

    public void Release()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    private async ValueTask<bool> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_end - _start >= wanted)
            return true;
        MakeRoom(wanted);
        while (_end - _start < wanted)
        {
            var room = Math.Min(_buffer.Length, _start + wanted + ReadAhead) - _end;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end, room), cancellationToken);
            if (read == 0)
                return false;
            _end += read;
        }

        return true;
    }

    private void MakeRoom(int wanted)
    {
        if (_start + wanted <= _buffer.Length)
            return;
        var unread = _buffer.AsSpan(_start, _end - _start);
        if (wanted <= _buffer.Length)
        {
            unread.CopyTo(_buffer);
        }
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(wanted + ReadAhead);
            unread.CopyTo(larger);
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        (_start, _end) = (0, unread.Length);
    }
}
