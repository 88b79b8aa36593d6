using System.Collections.Immutable;
using System.Numerics.Tensors;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>Where a tensor may be cut into pieces. Rows are the slices along the first axis; a tensor of less than two axes is one row.</summary>
internal enum SweepCut
{
    /// <summary>Anywhere.</summary>
    Anywhere,
    /// <summary>No piece holds parts of two rows, unless it holds them whole.</summary>
    AtRows,
    /// <summary>Rows stay whole, however long they are.</summary>
    WholeRows,
}

/// <summary>
/// One tensor in all sources, gone through piece by piece, as often as a method needs to. A tensor of several pieces is worked on by several
/// threads; small ones share a thread.
/// </summary>
internal sealed class TensorSweep
{
    /// <summary>Pieces start at multiples of this within a row, so that sums over as many elements do not depend on the cut.</summary>
    public const int Tile = 4096;

    // The few arrays that a method works on at a time stay within a core's second-level cache.
    private const int MostElements = 1 << 13;

    private readonly PlannedTensor _tensor;
    private readonly MergePlan _plan;
    private readonly ITensorWriter _output;
    private readonly MergePiece? _own;
    private readonly CancellationToken _cancellation;
    private readonly int _pieceElements;

    /// <param name="plan">The merge.</param>
    /// <param name="index">The tensor's position.</param>
    /// <param name="output">Takes the result.</param>
    /// <param name="faults">Takes numbers that are not finite.</param>
    /// <param name="own">The thread's buffers; null when the sweep may use threads of its own.</param>
    /// <param name="cancellation">Stops between two pieces.</param>
    public TensorSweep(
        MergePlan plan, int index, ITensorWriter output, MergeFaults faults, MergePiece? own, CancellationToken cancellation)
    {
        _plan = plan;
        _tensor = plan.Tensors[index];
        _output = output;
        _own = own;
        _cancellation = cancellation;
        _pieceElements = PieceElements(plan);
        Index = index;
        Faults = faults;
        Models = plan.Input.Models.Length;
        BaseIndex = plan.Input.Base is null ? -1 : Models;
    }

    public delegate void Visit(MergePiece piece);

    /// <summary>Makes the merged tensor's numbers of a piece.</summary>
    public delegate void Rule(MergePiece piece, Span<double> merged);

    /// <summary>The tensor's position in the manifest.</summary>
    public int Index { get; }

    public MergeFaults Faults { get; }

    /// <summary>The tensor in every source.</summary>
    public ImmutableArray<SourceTensor> Sources => _tensor.Sources;

    public TensorEntry Entry => _tensor.Output;

    public PlannedTensor Planned => _tensor;

    /// <summary>Number of models, without the base.</summary>
    public int Models { get; }

    /// <summary>The base's place among the sources, below 0 where there is none.</summary>
    public int BaseIndex { get; }

    /// <summary>Elements to merge; those behind them are copied.</summary>
    public long Length => _tensor.Merged;

    public long RowLength => Entry.Shape.Length < 2 || Entry.Shape[0] == 0 ? Math.Max(1, Length) : Math.Max(1, Entry.ElementCount / Entry.Shape[0]);

    public long Rows => (Length + RowLength - 1) / RowLength;

    /// <summary>What the method worked out for the tensor; goes into the report.</summary>
    public ImmutableArray<double> Measured { get; set; } = [];

    /// <summary>The model's weight.</summary>
    public double Weight(int model) => _plan.Input.Models[model].Weight;

    /// <summary>The place of a model's importance among the sources.</summary>
    public int ImportanceIndex(int model) => Models + (BaseIndex < 0 ? 0 : 1) + model;

    /// <summary>How many elements a piece has at most; a multiple of <see cref="Tile"/> that depends on the limits.</summary>
    public static int PieceElements(MergePlan plan)
    {
        // Every source and its difference to the base, a few more to compute in, and the bytes read.
        var sources = (2 * plan.Input.Models.Length) + 8;
        var most = plan.Input.Limits.BufferBytes / sizeof(double) / sources / Math.Max(1, plan.Input.Limits.Parallelism);
        return (int)Math.Clamp(most, Tile, MostElements) / Tile * Tile;
    }

    /// <summary>Goes through the merged elements once, in pieces, on several threads.</summary>
    public void Read(Visit visit, SweepCut cut = SweepCut.Anywhere) => Pieces(cut, visit);

    /// <summary>Makes the merged tensor and writes it; the last thing to be called.</summary>
    public void Write(Rule rule, SweepCut cut = SweepCut.Anywhere)
    {
        const int ResultRoom = 0;
        Pieces(cut, piece =>
        {
            // Rules use the rooms behind the result's.
            var merged = piece.Room(ResultRoom);
            rule(piece, merged);
            if (BufferKinds.IsVariance(Entry)) TensorPrimitives.Max(merged, 0.0, merged);
            Store(piece, merged, piece.First);
        });
    }

    /// <summary>Writes what is not merged: the elements behind the merged ones, tensors of integers, and skipped tensors.</summary>
    public void CopyRest(MergePiece piece)
    {
        var (source, entry) = _tensor.Rest;
        if (!Entry.DType.IsFloating())
        {
            CopyBytes(piece);
            return;
        }
        for (var first = _tensor.Merged; first < Entry.ElementCount; first += _pieceElements)
        {
            _cancellation.ThrowIfCancellationRequested();
            piece.Open(this, first, (int)Math.Min(_pieceElements, Entry.ElementCount - first));
            var size = entry.DType.SizeInBytes();
            var bytes = source.Data.Read(entry.Offset + (first * size), piece.Bytes(piece.Count * size));
            if (entry.DType == Entry.DType)
            {
                if (FiniteScanner.CountIn(entry.DType, bytes) > 0) Faults.AddMerged(Index);
                _output.Write(Entry.Offset + (first * size), bytes);
                continue;
            }
            var wide = piece.Room(0);
            Elements.Widen(entry.DType, bytes, wide);
            Store(piece, wide, first);
        }
    }

    // Elements that are not numbers here may be packed: bytes are what can be cut anywhere. Pieces are multiples of every element's size.
    private void CopyBytes(MergePiece piece)
    {
        var (source, entry) = _tensor.Rest;
        for (long at = 0; at < Entry.ByteLength; at += _pieceElements)
        {
            _cancellation.ThrowIfCancellationRequested();
            var bytes = source.Data.Read(entry.Offset + at, piece.Bytes((int)Math.Min(_pieceElements, Entry.ByteLength - at)));
            _output.Write(Entry.Offset + at, _tensor.IsCounter ? Largest(at, bytes) : bytes);
        }
    }

    private ReadOnlySpan<byte> Largest(long at, ReadOnlySpan<byte> start)
    {
        var largest = start.ToArray();
        var room = new byte[largest.Length];
        foreach (var (model, entry) in Sources) Elements.Maximum(entry.DType, model.Data.Read(entry.Offset + at, room), largest);
        return largest;
    }

    private void Store(MergePiece piece, ReadOnlySpan<double> values, long first)
    {
        var size = Entry.DType.SizeInBytes();
        var bytes = piece.Bytes(values.Length * size);
        Elements.Narrow(Entry.DType, values, 1, bytes);
        if (FiniteScanner.CountIn(Entry.DType, bytes) > 0) Faults.AddMerged(Index);
        _output.Write(Entry.Offset + (first * size), bytes);
    }

    private void Pieces(SweepCut cut, Visit visit)
    {
        var (count, length, perRow) = Cut(cut);
        void Work(int i, MergePiece piece)
        {
            var first = perRow > 0 ? (i / perRow * RowLength) + (i % perRow * length) : i * length;
            var end = perRow > 0 ? Math.Min(Length, ((i / perRow) + 1) * RowLength) : Length;
            piece.Open(this, first, (int)Math.Min(length, end - first));
            visit(piece);
        }

        if (_own is null)
        {
            BlockWork.Run(count, _plan.Input.Limits, () => new MergePiece(), Work, _cancellation);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Work(i, _own);
        }
    }

    /// <summary>Number of pieces, their length, and how many of them a row has where rows are cut.</summary>
    private (int Count, long Length, int PerRow) Cut(SweepCut cut)
    {
        if (Length == 0) return (0, 1, 0);
        if (cut == SweepCut.Anywhere) return (Number(Length, _pieceElements), _pieceElements, 0);
        if (RowLength > _pieceElements && cut == SweepCut.AtRows)
        {
            var perRow = Number(RowLength, _pieceElements);
            return (checked((int)(Rows * perRow)), _pieceElements, perRow);
        }
        var rows = RowLength * Math.Max(1, _pieceElements / RowLength);
        return (Number(Length, rows), rows, 0);
    }

    private static int Number(long elements, long length) => checked((int)((elements + length - 1) / length));
}
