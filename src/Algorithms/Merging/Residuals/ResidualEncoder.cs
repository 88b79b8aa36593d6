using System.Collections.Immutable;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>Stores tuned models as what they add to a base.</summary>
public static class ResidualEncoder
{
    /// <summary>
    /// Encodes a model. Matrices (tables; kernels as output × the rest) become low-rank, everything else is stored as it is, and so is a matrix
    /// whose rank would save nothing: in <see cref="ResidualParameters.Bits"/>, where those are set, as its residual number by number. Every
    /// thread holds one matrix a few times over in double precision; the decomposition's time grows with larger × smaller² of its sides.
    /// </summary>
    /// <param name="origin">The base.</param>
    /// <param name="tuned">The tuned model, of the same tensors.</param>
    /// <param name="parameters">How.</param>
    /// <param name="limits">Threads.</param>
    /// <param name="cancellation">Stops between two matrices.</param>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <exception cref="IOException">A model could not be read.</exception>
    public static ResidualEncoding Encode(
        MergeSource origin, MergeSource tuned, ResidualParameters parameters, WorkLimits? limits = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(tuned);
        ArgumentNullException.ThrowIfNull(parameters);
        var alignment = new TensorAlignment(new MergeInput { Models = [tuned], Base = origin });
        alignment.Run();
        if (alignment.Problems.ToArray() is { Length: > 0 } problems) return new ResidualEncoding(problems);

        var tensors = alignment.Tensors;
        var bad = tensors.SelectMany(t => t.Sources).Where(ResidualMatrix.HoldsNonFinite).Take(1)
            .Select(s => $"Tensor {Printable.Of(s.Entry.Name)} of {Printable.Of(s.Model.Name)} holds NaN or infinite numbers.").ToArray();
        if (bad.Length > 0) return new ResidualEncoding(bad);

        limits ??= new WorkLimits();
        var matrices = Enumerable.Range(0, tensors.Length).Where(i => ResidualMatrix.Fits(tensors[i].Output)).ToArray();
        var ranks = parameters.Rule == RankRule.Bytes ? Spend(tensors, matrices, parameters, limits, cancellation) : null;
        var encoded = new EncodedTensor[tensors.Length];
        for (var i = 0; i < encoded.Length; i++) encoded[i] = EncodedTensor.Exact(tensors[i].Rest);
        BlockWork.Run(matrices.Length, limits, () => new Nothing(), (m, _) =>
        {
            var residual = ResidualMatrix.Read(tensors[matrices[m]]);
            encoded[matrices[m]] = EncodedTensor.Of(tensors[matrices[m]], residual, parameters, ranks?[m]);
        }, cancellation);
        return Assemble(encoded);
    }

    private static ResidualEncoding Assemble(EncodedTensor[] encoded) => new(
        new TensorManifest(encoded.SelectMany(e => e.Stored)),
        new PieceReader([.. encoded.SelectMany(e => e.Pieces)]),
        ImmutableDictionary<string, string>.Empty.Add(ResidualIndex.Key, ResidualIndex.Write(encoded.Select(e => e.Note))),
        [.. encoded.Select(e => e.Layer)]);

    private static int[] Spend(
        ImmutableArray<PlannedTensor> tensors, int[] matrices, ResidualParameters parameters, WorkLimits limits, CancellationToken cancellation)
    {
        var values = new double[matrices.Length][];
        BlockWork.Run(matrices.Length, limits, () => new Nothing(),
            (m, _) => values[m] = ResidualMatrix.Read(tensors[matrices[m]]).Decompose().SingularValues, cancellation);
        var sides = matrices.Select(i => ResidualMatrix.Sides(tensors[i].Output)).ToArray();
        return RankAllocation.ForBytes(
            values,
            [.. matrices.Select((i, m) => EncodedTensor.BytesOfARank(sides[m].Rows, sides[m].Columns, tensors[i].Output.DType, parameters.Bits))],
            [.. sides.Select(s => RankAllocation.MostThatSaves(s.Rows, s.Columns))],
            parameters.Bytes);
    }

    private readonly struct Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
