using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Looks for NaN and infinities in the data of a model as its bytes pass by, in order and cut anywhere, so that an upload is scanned while
/// it is still in the cache.
/// </summary>
public sealed class FiniteScanner
{
    private const int PieceBytes = 1 << 18;

    private readonly TensorManifest _manifest;
    private readonly byte[] _cut = new byte[sizeof(double)];
    private int _cutLength;
    private int _entry;
    private long _done;
    private string? _tensor;
    private long _count;

    /// <summary>Starts at the first byte of the data.</summary>
    /// <param name="manifest">What the data is.</param>
    public FiniteScanner(TensorManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        _manifest = manifest;
    }

    /// <summary>What was found so far; null when every number was finite.</summary>
    public NonFinite? Found => _tensor is null ? null : new NonFinite(_tensor, _count);

    /// <summary>Scans a whole model.</summary>
    /// <param name="manifest">What the data is.</param>
    /// <param name="data">The data.</param>
    /// <returns>What was found; null when every number is finite.</returns>
    public static NonFinite? Scan(TensorManifest manifest, ITensorReader data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var scanner = new FiniteScanner(manifest);
        var buffer = new byte[(int)Math.Min(PieceBytes, manifest.ByteLength)];
        for (long at = 0; at < manifest.ByteLength; at += PieceBytes)
            scanner.Append(data.Read(at, buffer.AsSpan(0, (int)Math.Min(PieceBytes, manifest.ByteLength - at))));
        return scanner.Found;
    }

    /// <summary>Takes the next bytes of the data.</summary>
    /// <param name="bytes">Any number of bytes; elements may be cut between two calls.</param>
    /// <exception cref="ArgumentException">More bytes than the manifest holds.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            while (_entry < _manifest.Count && _done == _manifest[_entry].ByteLength) (_entry, _done) = (_entry + 1, 0);
            if (_entry == _manifest.Count) throw new ArgumentException("More bytes than the manifest holds.", nameof(bytes));
            var entry = _manifest[_entry];
            var piece = bytes[..(int)Math.Min(bytes.Length, entry.ByteLength - _done)];
            AppendTo(entry, piece);
            _done += piece.Length;
            bytes = bytes[piece.Length..];
        }
    }

    private void AppendTo(TensorEntry entry, ReadOnlySpan<byte> bytes)
    {
        if (!entry.DType.IsFloating()) return;
        var size = entry.DType.SizeInBytes();
        if (_cutLength > 0)
        {
            var missing = Math.Min(size - _cutLength, bytes.Length);
            bytes[..missing].CopyTo(_cut.AsSpan(_cutLength));
            _cutLength += missing;
            bytes = bytes[missing..];
            if (_cutLength < size) return;
            Count(entry, _cut.AsSpan(0, size));
            _cutLength = 0;
        }
        var whole = bytes.Length - (bytes.Length % size);
        Count(entry, bytes[..whole]);
        bytes[whole..].CopyTo(_cut);
        _cutLength = bytes.Length - whole;
    }

    private void Count(TensorEntry entry, ReadOnlySpan<byte> elements)
    {
        var found = CountIn(entry.DType, elements);
        if (found > 0) _tensor ??= entry.Name;
        _count += found;
    }

    /// <summary>How many of the elements are NaN or infinite; integers never are.</summary>
    internal static long CountIn(TensorDType type, ReadOnlySpan<byte> elements) => type switch
    {
        TensorDType.F32 => CountIn(MemoryMarshal.Cast<byte, float>(elements)),
        TensorDType.F64 => CountIn(MemoryMarshal.Cast<byte, double>(elements)),
        TensorDType.F16 => CountIn(MemoryMarshal.Cast<byte, Half>(elements)),
        TensorDType.BF16 => CountBFloat(MemoryMarshal.Cast<byte, ushort>(elements)),
        TensorDType.F8_E4M3 => Float8.E4M3.CountNonFinite(elements),
        TensorDType.F8_E5M2 => Float8.E5M2.CountNonFinite(elements),
        _ => 0,
    };

    private static long CountIn<T>(ReadOnlySpan<T> values)
        where T : System.Numerics.INumberBase<T>
    {
        if (TensorPrimitives.IsFiniteAll(values)) return 0;
        long count = 0;
        foreach (var value in values) count += T.IsFinite(value) ? 0 : 1;
        return count;
    }

    private static long CountBFloat(ReadOnlySpan<ushort> bits)
    {
        long count = 0;
        foreach (var b in bits) count += (b & 0x7F80) == 0x7F80 ? 1 : 0;
        return count;
    }
}
