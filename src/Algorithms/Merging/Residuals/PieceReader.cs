using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>A piece of data: bytes in memory, or a place in another model's.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Bytes">The bytes; null where they are another model's.</param>
/// <param name="Model">The other model's data.</param>
/// <param name="Offset">Where they begin there.</param>
internal readonly record struct DataPiece(long Length, byte[]? Bytes, ITensorReader? Model, long Offset);

/// <summary>Pieces read as one.</summary>
internal sealed class PieceReader : ITensorReader
{
    private readonly IReadOnlyList<DataPiece> _pieces;
    private readonly long[] _starts;

    public PieceReader(IReadOnlyList<DataPiece> pieces)
    {
        _pieces = pieces;
        _starts = new long[pieces.Count];
        for (var i = 1; i < pieces.Count; i++) _starts[i] = _starts[i - 1] + pieces[i - 1].Length;
    }

    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer)
    {
        if (buffer.IsEmpty) return buffer;
        var i = Array.BinarySearch(_starts, offset);
        // Of several pieces that begin there all but the last are empty.
        i = i < 0 ? ~i - 1 : Array.FindLastIndex(_starts, s => s == offset);
        for (var done = 0; done < buffer.Length; i++)
        {
            var (length, bytes, model, start) = _pieces[i];
            var within = offset + done - _starts[i];
            var part = buffer.Slice(done, (int)Math.Min(length - within, buffer.Length - done));
            if (bytes is not null) bytes.AsSpan((int)within, part.Length).CopyTo(part);
            else model!.Read(start + within, part).CopyTo(part);
            done += part.Length;
        }
        return buffer;
    }
}
