using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Compares stored tensors piece by piece, up to the first difference.</summary>
internal static class TensorBytes
{
    private const int PieceBytes = 1 << 16;

    /// <summary>Whether the tensors are of the same type and shape and hold the same bytes.</summary>
    public static bool AreEqual(SourceTensor one, SourceTensor other)
    {
        var (a, b) = (one.Entry, other.Entry);
        if (a.DType != b.DType || !a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan())) return false;
        var (mine, theirs) = (new byte[PieceBytes], new byte[PieceBytes]);
        for (long at = 0; at < a.ByteLength; at += PieceBytes)
        {
            var length = (int)Math.Min(PieceBytes, a.ByteLength - at);
            if (!one.Model.Data.Read(a.Offset + at, mine.AsSpan(0, length)).SequenceEqual(other.Model.Data.Read(b.Offset + at, theirs.AsSpan(0, length))))
                return false;
        }
        return true;
    }

    /// <summary>Whether all of them are.</summary>
    public static bool AreEqual(IReadOnlyList<SourceTensor> tensors) => tensors.Skip(1).All(t => AreEqual(tensors[0], t));

    /// <summary>Whether a tensor of whole bytes an element begins with one element again and again, as fresh ones of zeros do.</summary>
    public static bool IsConstant(SourceTensor tensor)
    {
        var size = tensor.Entry.DType.SizeInBytes();
        var start = tensor.Model.Data.Read(tensor.Entry.Offset, new byte[Math.Min(PieceBytes, tensor.Entry.ByteLength)]);
        return start.Length < 2 * size || start[size..].SequenceEqual(start[..^size]);
    }
}
