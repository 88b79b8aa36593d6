using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;

namespace Distributed.Collectives.Tests.Support;

/// <summary>Elements in memory of their own, read and written as float64.</summary>
internal sealed unsafe class Numbers : IDisposable
{
    private readonly void* _memory;

    internal Numbers(ElementType type, long count, Func<long, double>? value = null)
    {
        var empty = new Elements(64, count, type);
        _memory = NativeMemory.AlignedAlloc((nuint)Math.Max(64, empty.Bytes), 64);
        Elements = empty with { Address = (nint)_memory };
        for (long k = 0; k < count; k++) this[k] = value?.Invoke(k) ?? -1;
    }

    internal Elements Elements { get; }

    internal ReadOnlySpan<byte> Bytes => new(_memory, (int)Elements.Bytes);

    internal double this[long k]
    {
        get => Elements.Type switch
        {
            ElementType.Float32 => ((float*)_memory)[k],
            ElementType.Float64 => ((double*)_memory)[k],
            ElementType.Int64 => ((long*)_memory)[k],
            _ => BitConverter.Int32BitsToSingle(((ushort*)_memory)[k] << 16),
        };

        set
        {
            switch (Elements.Type)
            {
                case ElementType.Float32: ((float*)_memory)[k] = (float)value; break;
                case ElementType.Float64: ((double*)_memory)[k] = value; break;
                case ElementType.Int64: ((long*)_memory)[k] = (long)value; break;
                // Only what bfloat16 holds exactly is asked for.
                default: ((ushort*)_memory)[k] = (ushort)(BitConverter.SingleToInt32Bits((float)value) >> 16); break;
            }
        }
    }

    /// <summary>The first index where another value stands, with both; null when none does.</summary>
    internal string? Difference(Func<long, double> expected)
    {
        for (long k = 0; k < Elements.Count; k++)
        {
            var (found, wanted) = (this[k], expected(k));
            if (found != wanted) return $"element {k} is {found}, not {wanted}";
        }
        return null;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
