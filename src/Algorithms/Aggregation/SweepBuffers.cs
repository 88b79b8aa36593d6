using System.Buffers;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>What one thread needs to look at a piece of a few models and vectors at once.</summary>
internal sealed class SweepBuffers : IDisposable
{
    /// <summary>Elements of a piece: three such vectors stay within the first-level cache.</summary>
    public const int Elements = 1 << 11;

    private const int Vectors = 4;

    private readonly double[] _vectors = ArrayPool<double>.Shared.Rent(Vectors * Elements);
    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(FourSingles.Count * Elements * sizeof(double));

    /// <summary>Room for pieces of four models as they are stored.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>One of the vectors, uninitialised.</summary>
    public Span<double> Vector(int slot, int count) => _vectors.AsSpan(slot * Elements, count);

    /// <summary>Reads a piece of a model into one of the vectors.</summary>
    public Span<double> Read(ITensorReader model, in Columns columns, int slot)
    {
        var vector = Vector(slot, columns.Count);
        Tensors.Elements.Widen(columns.Tensor.DType, Stored(model, columns), vector);
        return vector;
    }

    /// <summary>Reads a piece of a model to reduce it; the slot is used only where it has to be made wide.</summary>
    public Numbers Numbers(ITensorReader model, in Columns columns, int slot) =>
        new(columns.Tensor.DType, Stored(model, columns), Vector(slot, columns.Count));

    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_vectors);
        ArrayPool<byte>.Shared.Return(_bytes);
    }

    private ReadOnlySpan<byte> Stored(ITensorReader model, in Columns columns) =>
        model.Read(columns.Offset, _bytes.AsSpan(0, columns.Count * columns.Tensor.DType.SizeInBytes()));
}
