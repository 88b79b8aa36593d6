using System.Collections.Immutable;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>Makes a tuned model again from its base and a stored residual, tensor by tensor.</summary>
public sealed class ResidualDecoder
{
    private readonly MergeSource _origin;
    private readonly MergeSource _residual;
    private readonly ImmutableArray<ResidualNote> _notes = [];

    /// <summary>Checks that the two belong together; nothing in the residual is trusted.</summary>
    /// <param name="origin">The base.</param>
    /// <param name="residual">The residual's file.</param>
    /// <param name="metadata">The metadata of its header.</param>
    public ResidualDecoder(MergeSource origin, MergeSource residual, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(residual);
        ArgumentNullException.ThrowIfNull(metadata);
        _origin = origin;
        _residual = residual;
        if (ResidualIndex.Read(metadata) is not { } notes)
        {
            Problems = [$"{Printable.Of(residual.Name)} is no residual of a model that this version can read."];
            return;
        }
        Problems = [.. ResidualCheck.Problems(origin, residual, notes)];
        if (!Problems.IsEmpty) return;
        _notes = notes;
        Manifest = new TensorManifest(notes.Select(n => n.Form == ResidualForm.Exact
            ? new TensorEntry(n.Name, n.Type, residual.Manifest[n.ExactName].Shape, n.Buffer)
            : new TensorEntry(n.Name, n.Type, origin.Manifest[n.Name].Shape, n.Buffer)));
    }

    /// <summary>What is in the way, a sentence each; only without any can the model be made.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>The tuned model's tensors.</summary>
    public TensorManifest Manifest { get; } = new([]);

    /// <summary>Makes the model.</summary>
    /// <param name="output">
    /// Takes the bytes of <see cref="Manifest"/>, in order; something useless unless the report's outcome is <see cref="MergeOutcome.Merged"/>.
    /// </param>
    /// <param name="cancellation">Stops between two tensors.</param>
    /// <exception cref="InvalidOperationException">There are <see cref="Problems"/>.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <exception cref="IOException">A file could not be read or the model not be written.</exception>
    public MergeReport Write(ITensorWriter output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (!Problems.IsEmpty) throw new InvalidOperationException($"The residual cannot be decoded: {Problems[0]}");
        for (var i = 0; i < _notes.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var finite = _notes[i].Form == ResidualForm.Exact
                ? Copy(_residual.Manifest[_notes[i].ExactName], Manifest[i], output)
                : Add(_notes[i], Manifest[i], output);
            if (!finite)
                return new MergeReport { Outcome = MergeOutcome.NonFinite, Reason = $"Tensor {Printable.Of(Manifest[i].Name)} would not be finite." };
        }
        return new MergeReport { Outcome = MergeOutcome.Merged };
    }

    private bool Copy(TensorEntry from, TensorEntry to, ITensorWriter output)
    {
        const int Piece = 1 << 16;
        var buffer = new byte[(int)Math.Min(Piece, from.ByteLength)];
        var bad = 0L;
        for (long at = 0; at < from.ByteLength; at += Piece)
        {
            var bytes = _residual.Data.Read(from.Offset + at, buffer.AsSpan(0, (int)Math.Min(Piece, from.ByteLength - at)));
            bad += FiniteScanner.CountIn(from.DType, bytes);
            output.Write(to.Offset + at, bytes);
        }
        return bad == 0;
    }

    /// <summary>The base's tensor and what is added to it, row by row.</summary>
    private bool Add(ResidualNote note, TensorEntry to, ITensorWriter output)
    {
        var from = _origin.Manifest[note.Name];
        var (rows, columns) = ResidualMatrix.Sides(from);
        double[] a = [], b = [];
        UniformQuantizer? codes = null;
        if (note.Form == ResidualForm.Quantized)
        {
            codes = new UniformQuantizer(note.Ranges[0], note.Ranges[1], note.Bits, Bytes(_residual.Manifest[note.CodesName]));
        }
        else if (note.Rank > 0)
        {
            (a, b) = (Factor(note, 0, (long)rows * note.Rank), Factor(note, 1, (long)note.Rank * columns));
        }
        var (size, made) = (from.DType.SizeInBytes(), to.DType.SizeInBytes());
        var (buffer, written, row) = (new byte[columns * size], new byte[columns * made], new double[columns]);
        var bad = 0L;
        for (var i = 0; i < rows; i++)
        {
            Elements.Widen(from.DType, _origin.Data.Read(from.Offset + ((long)i * columns * size), buffer), row);
            if (codes is not null)
                for (var j = 0; j < columns; j++) row[j] += codes.Low + (codes.Code(((long)i * columns) + j) * codes.Step);
            else LowRankRow.Add(a.AsSpan(i * note.Rank, note.Rank), b, row);
            Elements.Narrow(to.DType, row, 1, written);
            bad += FiniteScanner.CountIn(to.DType, written);
            output.Write(to.Offset + ((long)i * columns * made), written);
        }
        return bad == 0;
    }

    private double[] Factor(ResidualNote note, int factor, long count)
    {
        var entry = _residual.Manifest[note.FactorName(factor)];
        var values = new double[count];
        if (note.Bits > 0) new UniformQuantizer(note.Ranges[2 * factor], note.Ranges[(2 * factor) + 1], note.Bits, Bytes(entry)).Decode(values);
        else Elements.Widen(entry.DType, Bytes(entry), values);
        return values;
    }

    private byte[] Bytes(TensorEntry entry)
    {
        var bytes = new byte[entry.ByteLength];
        _residual.Data.Read(entry.Offset, bytes).CopyTo(bytes);
        return bytes;
    }
}
