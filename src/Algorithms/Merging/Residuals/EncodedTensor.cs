using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>One tensor of a tuned model, stored.</summary>
/// <param name="Note">What decoding has to know.</param>
/// <param name="Layer">What is reported.</param>
/// <param name="Stored">The tensors that it takes.</param>
/// <param name="Pieces">Their bytes.</param>
internal sealed record EncodedTensor(
    ResidualNote Note, ResidualLayer Layer, ImmutableArray<TensorEntry> Stored, ImmutableArray<DataPiece> Pieces)
{
    public static EncodedTensor Exact(SourceTensor tuned)
    {
        var (model, entry) = tuned;
        var note = NoteOf(entry, ResidualForm.Exact, 0, 0, []);
        return new EncodedTensor(
            note, new ResidualLayer(entry, ResidualForm.Exact, 0, entry.ByteLength, 0, 0),
            [new TensorEntry(note.ExactName, entry.DType, entry.Shape, entry.IsBuffer)],
            [new DataPiece(entry.ByteLength, null, model.Data, entry.Offset)]);
    }

    /// <summary>A matrix, in the form that takes less.</summary>
    public static EncodedTensor Of(PlannedTensor tensor, ResidualMatrix residual, ResidualParameters parameters, int? rank)
    {
        var decomposition = residual.Decompose();
        var chosen = Math.Min(decomposition.SingularValues.Length, rank
            ?? (parameters.Rule == RankRule.Fixed ? parameters.Rank : RankAllocation.ForEnergy(decomposition.SingularValues, parameters.Energy)));
        var norm = Norms.Euclidean(residual.Values);
        if (chosen <= RankAllocation.MostThatSaves(residual.Rows, residual.Columns))
            return LowRank(tensor, decomposition, chosen, parameters.Bits, residual, norm);
        return parameters.Bits > 0 ? Quantized(tensor, residual, parameters.Bits, norm) : Exact(tensor.Rest);
    }

    /// <summary>What one more rank takes.</summary>
    public static long BytesOfARank(int rows, int columns, TensorDType type, int bits) =>
        ((long)rows + columns) * (bits > 0 ? bits : 8 * Plain(type).SizeInBytes()) / 8;

    private static EncodedTensor LowRank(
        PlannedTensor tensor, MatrixDecomposition decomposition, int rank, int bits, ResidualMatrix residual, double norm)
    {
        var (rows, columns) = (decomposition.Rows, decomposition.Columns);
        var (a, b) = decomposition.Factors(rank);
        var type = Plain(tensor.Output.DType);
        var (ranges, stored, pieces) = (new List<double>(), new List<TensorEntry>(), new List<DataPiece>());
        var note = NoteOf(tensor.Output, ResidualForm.LowRank, rank, bits, []);
        foreach (var (factor, values, shape) in new[] { (0, a, (rows, rank)), (1, b, (rank, columns)) })
        {
            if (rank == 0) break;
            byte[] bytes;
            if (bits > 0)
            {
                var codes = UniformQuantizer.Encode(values, bits);
                codes.Decode(values);
                ranges.AddRange([codes.Low, codes.Step]);
                bytes = codes.Packed;
                stored.Add(new TensorEntry(note.FactorName(factor), TensorDType.U8, [bytes.Length]));
            }
            else
            {
                bytes = new byte[values.Length * type.SizeInBytes()];
                Elements.Narrow(type, values, 1, bytes);
                Elements.Widen(type, bytes, values);
                stored.Add(new TensorEntry(note.FactorName(factor), type, [shape.Item1, shape.Item2]));
            }
            pieces.Add(new DataPiece(bytes.Length, bytes, null, 0));
        }
        var layer = new ResidualLayer(tensor.Output, ResidualForm.LowRank, rank, pieces.Sum(p => p.Length), Error(residual, a, b, rank), norm);
        return new EncodedTensor(note with { Ranges = [.. ranges] }, layer, [.. stored], [.. pieces]);
    }

    private static EncodedTensor Quantized(PlannedTensor tensor, ResidualMatrix residual, int bits, double norm)
    {
        var codes = UniformQuantizer.Encode(residual.Values, bits);
        var decoded = new double[residual.Values.Length];
        codes.Decode(decoded);
        var note = NoteOf(tensor.Output, ResidualForm.Quantized, 0, bits, [codes.Low, codes.Step]);
        var error = Math.Sqrt(Reductions.SquaredDistance<double>(residual.Values, decoded));
        return new EncodedTensor(
            note, new ResidualLayer(tensor.Output, ResidualForm.Quantized, 0, codes.Packed.Length, error, norm),
            [new TensorEntry(note.CodesName, TensorDType.U8, [codes.Packed.Length])],
            [new DataPiece(codes.Packed.Length, codes.Packed, null, 0)]);
    }

    /// <summary>Of the product of the stored factors, rounded as they are.</summary>
    private static double Error(ResidualMatrix residual, double[] a, double[] b, int rank)
    {
        var (sum, row) = (0.0, new double[residual.Columns]);
        for (var i = 0; i < residual.Rows; i++)
        {
            Array.Clear(row);
            LowRankRow.Add(a.AsSpan(i * rank, rank), b, row);
            sum += Reductions.SquaredDistance<double>(residual.Values.AsSpan(i * residual.Columns, residual.Columns), row);
        }
        return Math.Sqrt(sum);
    }

    private static ResidualNote NoteOf(TensorEntry entry, ResidualForm form, int rank, int bits, ImmutableArray<double> ranges) =>
        new(entry.Name, entry.DType, entry.IsBuffer, form, rank, bits, ranges);

    private static TensorDType Plain(TensorDType type) => type == TensorDType.F64 ? TensorDType.F64 : TensorDType.F32;
}
