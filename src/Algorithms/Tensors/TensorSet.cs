using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Tensors;

/// <summary>A model in memory: named spans over one contiguous block, laid out as its manifest says.</summary>
public sealed class TensorSet : ITensorReader, ITensorWriter
{
    private readonly Memory<byte> _data;

    /// <summary>Views memory as a model.</summary>
    /// <param name="manifest">What the memory holds.</param>
    /// <param name="data">The bytes of all tensors; not copied.</param>
    /// <exception cref="ArgumentException">The memory is not as long as the manifest says.</exception>
    public TensorSet(TensorManifest manifest, Memory<byte> data)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (data.Length != manifest.ByteLength)
            throw new ArgumentException($"The manifest holds {manifest.ByteLength} bytes, the memory {data.Length}.", nameof(data));
        Manifest = manifest;
        _data = data;
    }

    /// <summary>Makes a model of zeros.</summary>
    /// <param name="manifest">What it holds.</param>
    /// <exception cref="ArgumentException">The manifest exceeds what one array can hold (2 GB).</exception>
    public TensorSet(TensorManifest manifest)
        : this(manifest, new byte[LengthOf(manifest)])
    {
    }

    /// <summary>What the memory holds.</summary>
    public TensorManifest Manifest { get; }

    /// <summary>The bytes of all tensors.</summary>
    public Memory<byte> Data => _data;

    /// <summary>The bytes of one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    public Span<byte> Bytes(string name)
    {
        var entry = Manifest[name];
        return _data.Span.Slice((int)entry.Offset, (int)entry.ByteLength);
    }

    /// <summary>The elements of one tensor, row-major.</summary>
    /// <typeparam name="T">The .NET type of the elements; its size must be the tensor's.</typeparam>
    /// <param name="name">Its name.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor.</exception>
    /// <exception cref="ArgumentException">The tensor's elements are of another type.</exception>
    public Span<T> Values<T>(string name)
        where T : unmanaged
    {
        if (!Holds<T>(Manifest[name].DType))
            throw new ArgumentException($"Tensor {Printable.Of(name)} holds {Manifest[name].DType}, not {typeof(T).Name}.", nameof(name));
        return MemoryMarshal.Cast<byte, T>(Bytes(name));
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer) => _data.Span.Slice(checked((int)offset), buffer.Length);

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_data.Span[checked((int)offset)..]);

    private static bool Holds<T>(TensorDType type) => type switch
    {
        TensorDType.F32 => typeof(T) == typeof(float),
        TensorDType.F64 => typeof(T) == typeof(double),
        TensorDType.F16 => typeof(T) == typeof(Half),
        TensorDType.BOOL => typeof(T) == typeof(bool) || typeof(T) == typeof(byte),
        // BF16 and smaller floats have no .NET type: their bits are read as integers, of several packed elements together as bytes.
        _ when type.IsPacked() => typeof(T) == typeof(byte),
        _ => typeof(T).IsPrimitive && typeof(T) != typeof(float) && typeof(T) != typeof(double)
            && Unsafe.SizeOf<T>() == type.SizeInBytes(),
    };

    private static int LengthOf(TensorManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.ByteLength <= Array.MaxLength
            ? (int)manifest.ByteLength
            : throw new ArgumentException($"A model of {manifest.ByteLength} bytes does not fit one array.", nameof(manifest));
    }
}
