using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging;

/// <summary>
/// A piece of one tensor in all sources, in double precision, as one thread sees it. Sources are read when they are asked for; spans are
/// valid until the piece moves on.
/// </summary>
internal sealed class MergePiece : IDisposable
{
    private readonly Slots _sources = new();
    private readonly Slots _changes = new();
    private readonly Slots _rooms = new();
    private byte[] _bytes = [];
    private TensorSweep? _sweep;

    /// <summary>First element of the piece within the tensor.</summary>
    public long First { get; private set; }

    /// <summary>Number of elements.</summary>
    public int Count { get; private set; }

    public void Open(TensorSweep sweep, long first, int count)
    {
        (_sweep, First, Count) = (sweep, first, count);
        _sources.Forget();
        _changes.Forget();
    }

    /// <summary>The base's numbers.</summary>
    public ReadOnlySpan<double> Base => Source(_sweep!.BaseIndex);

    /// <summary>The numbers of a source; models come first, from 0.</summary>
    public ReadOnlySpan<double> Source(int source)
    {
        if (_sources.TryGet(source, Count, out var values)) return values;
        var (model, entry) = _sweep!.Sources[source];
        if (model is null)
        {
            values.Clear();
            return values;
        }
        var size = entry.DType.SizeInBytes();
        var room = entry.DType == TensorDType.F64 ? MemoryMarshal.AsBytes(values) : Bytes(Count * size);
        var read = model.Data.Read(entry.Offset + (First * size), room);
        if (FiniteScanner.CountIn(entry.DType, read) > 0)
        {
            // The tensor is finished with zeros, so that the fault that is reported does not depend on which thread was first.
            _sweep.Faults.Add(_sweep.Index, source);
            values.Clear();
        }
        else
        {
            Elements.Widen(entry.DType, read, values);
        }
        return values;
    }

    /// <summary>What a model changed: its difference to the base, or the model itself where there is none.</summary>
    public ReadOnlySpan<double> Change(int model)
    {
        if (_sweep!.BaseIndex < 0) return Source(model);
        if (_changes.TryGet(model, Count, out var values)) return values;
        TensorPrimitives.Subtract(Source(model), Base, values);
        return values;
    }

    /// <summary>Room for as many numbers as the piece has elements; what it holds is undefined.</summary>
    public Span<double> Room(int index)
    {
        _rooms.TryGet(index, Count, out var values);
        return values;
    }

    /// <summary>Room for bytes; the same memory each time.</summary>
    public Span<byte> Bytes(int length)
    {
        if (_bytes.Length < length)
        {
            if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(length);
        }
        return _bytes.AsSpan(0, length);
    }

    public void Dispose()
    {
        _sources.Dispose();
        _changes.Dispose();
        _rooms.Dispose();
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
    }

    /// <summary>Arrays by number, rented when first needed.</summary>
    private sealed class Slots : IDisposable
    {
        private readonly List<double[]> _arrays = [];
        private readonly List<bool> _filled = [];

        /// <summary>The array of that number; false when it has to be filled.</summary>
        public bool TryGet(int index, int count, out Span<double> values)
        {
            while (_arrays.Count <= index)
            {
                _arrays.Add([]);
                _filled.Add(false);
            }
            if (_arrays[index].Length < count)
            {
                if (_arrays[index].Length > 0) ArrayPool<double>.Shared.Return(_arrays[index]);
                _arrays[index] = ArrayPool<double>.Shared.Rent(count);
            }
            values = _arrays[index].AsSpan(0, count);
            var filled = _filled[index];
            _filled[index] = true;
            return filled;
        }

        public void Forget()
        {
            for (var i = 0; i < _filled.Count; i++) _filled[i] = false;
        }

        public void Dispose()
        {
            foreach (var array in _arrays.Where(a => a.Length > 0)) ArrayPool<double>.Shared.Return(array);
            _arrays.Clear();
        }
    }
}
