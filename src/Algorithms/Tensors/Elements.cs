using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Element-wise kernels between stored types and double precision. Each element is rounded by itself with fused multiply-add, so the
/// width of the machine's vectors does not show.
/// </summary>
internal static class Elements
{
    private const int Tile = 512;

    /// <summary>sums += factor × values.</summary>
    public static void AddScaled(TensorDType type, ReadOnlySpan<byte> values, double factor, Span<double> sums)
    {
        if (type == TensorDType.F32)
        {
            AddScaled(MemoryMarshal.Cast<byte, float>(values), factor, sums);
            return;
        }
        if (type == TensorDType.F64)
        {
            TensorPrimitives.FusedMultiplyAdd(MemoryMarshal.Cast<byte, double>(values), factor, sums, sums);
            return;
        }
        Span<double> wide = stackalloc double[Tile];
        var size = type.SizeInBytes();
        for (var at = 0; at < sums.Length; at += Tile)
        {
            var piece = sums.Slice(at, Math.Min(Tile, sums.Length - at));
            Widen(type, values.Slice(at * size, piece.Length * size), wide[..piece.Length]);
            TensorPrimitives.FusedMultiplyAdd(wide[..piece.Length], factor, piece, piece);
        }
    }

    private static void AddScaled(ReadOnlySpan<float> values, double factor, Span<double> sums)
    {
        if (sums.Length < values.Length) throw new ArgumentException("Fewer sums than values.", nameof(sums));
        var i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            ref var from = ref MemoryMarshal.GetReference(values);
            ref var to = ref MemoryMarshal.GetReference(sums);
            var scale = Vector512.Create(factor);
            for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            {
                var (low, high) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)i));
                Vector512.FusedMultiplyAdd(low, scale, Vector512.LoadUnsafe(ref to, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
                Vector512.FusedMultiplyAdd(high, scale, Vector512.LoadUnsafe(ref to, (nuint)i + 8)).StoreUnsafe(ref to, (nuint)i + 8);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ref var from = ref MemoryMarshal.GetReference(values);
            ref var to = ref MemoryMarshal.GetReference(sums);
            var scale = Vector256.Create(factor);
            for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from, (nuint)i));
                Vector256.FusedMultiplyAdd(low, scale, Vector256.LoadUnsafe(ref to, (nuint)i)).StoreUnsafe(ref to, (nuint)i);
                Vector256.FusedMultiplyAdd(high, scale, Vector256.LoadUnsafe(ref to, (nuint)i + 4)).StoreUnsafe(ref to, (nuint)i + 4);
            }
        }
        for (; i < values.Length; i++) sums[i] = Math.FusedMultiplyAdd(values[i], factor, sums[i]);
    }

    /// <summary>sums × scale / divisor, and nothing below 0 where asked.</summary>
    public static void Rescale(Span<double> sums, double scale, double divisor, bool neverNegative)
    {
        if (divisor != 1) TensorPrimitives.Divide(sums, divisor, sums);
        if (scale != 1) TensorPrimitives.Multiply(sums, scale, sums);
        if (neverNegative) TensorPrimitives.Max(sums, 0.0, sums);
    }

    /// <summary>The elements as double-precision numbers; exact for every floating-point type.</summary>
    public static void Widen(TensorDType type, ReadOnlySpan<byte> values, Span<double> wide)
    {
        switch (type)
        {
            case TensorDType.F32: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, float>(values), wide); break;
            case TensorDType.F64: MemoryMarshal.Cast<byte, double>(values).CopyTo(wide); break;
            case TensorDType.F16: TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, Half>(values), wide); break;
            case TensorDType.BF16:
                var bits = MemoryMarshal.Cast<byte, ushort>(values);
                for (var i = 0; i < bits.Length; i++) wide[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point numbers are widened.");
        }
    }

    /// <summary>The numbers in a floating-point type, rounded to nearest.</summary>
    public static void Narrow(TensorDType type, ReadOnlySpan<double> wide, Span<byte> values)
    {
        switch (type)
        {
            case TensorDType.F32: TensorPrimitives.ConvertTruncating(wide, MemoryMarshal.Cast<byte, float>(values)); break;
            case TensorDType.F64: wide.CopyTo(MemoryMarshal.Cast<byte, double>(values)); break;
            case TensorDType.F16: TensorPrimitives.ConvertTruncating(wide, MemoryMarshal.Cast<byte, Half>(values)); break;
            case TensorDType.BF16:
                var bits = MemoryMarshal.Cast<byte, ushort>(values);
                for (var i = 0; i < bits.Length; i++) bits[i] = ToBFloat((float)wide[i]);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point numbers are narrowed.");
        }
    }

    /// <summary>into = max(into, values), for integers.</summary>
    public static void Maximum(TensorDType type, ReadOnlySpan<byte> values, Span<byte> into)
    {
        switch (type)
        {
            case TensorDType.I64: Maximum<long>(values, into); break;
            case TensorDType.I32: Maximum<int>(values, into); break;
            case TensorDType.I16: Maximum<short>(values, into); break;
            case TensorDType.I8: Maximum<sbyte>(values, into); break;
            case TensorDType.U64: Maximum<ulong>(values, into); break;
            case TensorDType.U32: Maximum<uint>(values, into); break;
            case TensorDType.U16: Maximum<ushort>(values, into); break;
            case TensorDType.U8: Maximum<byte>(values, into); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Only integers have a maximum here.");
        }
    }

    private static void Maximum<T>(ReadOnlySpan<byte> values, Span<byte> into)
        where T : unmanaged, INumber<T>
    {
        var mine = MemoryMarshal.Cast<byte, T>(into);
        TensorPrimitives.Max(mine, MemoryMarshal.Cast<byte, T>(values), mine);
    }

    private static ushort ToBFloat(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // Rounding could carry a NaN's payload into the sign; keep it a quiet NaN.
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
