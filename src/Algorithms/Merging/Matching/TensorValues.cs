using System.Buffers;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Merging.Permutations;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>The elements of a stored tensor, on loan: single and double precision as they are, other types made wide.</summary>
internal sealed class TensorValues : IDisposable
{
    private readonly List<byte[]> _rented = [];
    private readonly ITensorReader _data;
    private readonly TensorEntry _entry;
    private bool _isMoved;
    private byte[] _moved = [];

    public TensorValues(StoredModel model, TensorEntry entry) => (_data, _entry) = (model.Data, entry);

    public bool IsSingle => _entry.DType == TensorDType.F32;

    public ReadOnlySpan<float> Singles => MemoryMarshal.Cast<byte, float>(Bytes());

    public ReadOnlySpan<double> Doubles
    {
        get
        {
            if (_entry.DType == TensorDType.F64) return MemoryMarshal.Cast<byte, double>(Bytes());
            var wide = MemoryMarshal.Cast<byte, double>(Rent(_entry.ElementCount * sizeof(double)));
            Elements.Widen(_entry.DType, Bytes(), wide);
            return wide;
        }
    }

    /// <summary>Takes the places of the axes from elsewhere; null leaves an axis as it is.</summary>
    public TensorValues Gather(params int[]?[] maps)
    {
        if (Array.TrueForAll(maps, map => map is null)) return this;
        var bytes = Bytes();
        var moved = Rent(_entry.ByteLength);
        TensorGather.Run(bytes, moved, _entry.Shape.AsSpan(), _entry.DType.SizeInBytes(), maps);
        (_moved, _isMoved) = (_rented[^1], true);
        return this;
    }

    public void Dispose()
    {
        foreach (var buffer in _rented) ArrayPool<byte>.Shared.Return(buffer);
        _rented.Clear();
    }

    private ReadOnlySpan<byte> Bytes() => _isMoved
        ? _moved.AsSpan(0, checked((int)_entry.ByteLength))
        : _data.Read(_entry.Offset, Rent(_entry.ByteLength));

    private Span<byte> Rent(long length)
    {
        _rented.Add(ArrayPool<byte>.Shared.Rent(checked((int)length)));
        return _rented[^1].AsSpan(0, (int)length);
    }
}
