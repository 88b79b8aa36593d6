using System.Buffers;
using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>What a tuned tensor adds to the base's, as a matrix in double precision.</summary>
internal sealed record ResidualMatrix(double[] Values, int Rows, int Columns)
{
    private const int PieceElements = 1 << 14;

    /// <summary>Whether a tensor is a matrix that can be decomposed; kernels count as output × the rest.</summary>
    public static bool Fits(TensorEntry entry) =>
        WeightedLayers.IsWeight(entry) && entry.ElementCount > 0 && entry.ElementCount <= Array.MaxLength / sizeof(double);

    public static (int Rows, int Columns) Sides(TensorEntry entry) => ((int)entry.Shape[0], (int)(entry.ElementCount / entry.Shape[0]));

    public static bool HoldsNonFinite(SourceTensor source)
    {
        var found = false;
        Pieces(source, (bytes, _) => found |= FiniteScanner.CountIn(source.Entry.DType, bytes) > 0);
        return found;
    }

    public static ResidualMatrix Read(PlannedTensor tensor)
    {
        var (rows, columns) = Sides(tensor.Output);
        var values = new double[tensor.Output.ElementCount];
        var (tuned, origin) = (tensor.Sources[0], tensor.Sources[1]);
        Pieces(tuned, (bytes, first) => Elements.Widen(tuned.Entry.DType, bytes, values.AsSpan((int)first, bytes.Length / tuned.Entry.DType.SizeInBytes())));
        var wide = new double[PieceElements];
        Pieces(origin, (bytes, first) =>
        {
            var piece = wide.AsSpan(0, bytes.Length / origin.Entry.DType.SizeInBytes());
            Elements.Widen(origin.Entry.DType, bytes, piece);
            var into = values.AsSpan((int)first, piece.Length);
            TensorPrimitives.Subtract<double>(into, piece, into);
        });
        return new ResidualMatrix(values, rows, columns);
    }

    public MatrixDecomposition Decompose() => new(Values, Rows, Columns);

    private static void Pieces(SourceTensor source, PieceVisit visit)
    {
        var size = source.Entry.DType.SizeInBytes();
        var buffer = ArrayPool<byte>.Shared.Rent(PieceElements * size);
        try
        {
            for (long first = 0; first < source.Entry.ElementCount; first += PieceElements)
            {
                var length = (int)Math.Min(PieceElements, source.Entry.ElementCount - first) * size;
                visit(source.Model.Data.Read(source.Entry.Offset + (first * size), buffer.AsSpan(0, length)), first);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private delegate void PieceVisit(ReadOnlySpan<byte> bytes, long first);
}
