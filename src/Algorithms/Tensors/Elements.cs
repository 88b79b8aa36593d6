using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Element-wise kernels between stored types and double precision. Each element is rounded by itself with fused multiply-add, so the
/// width of the machine's vectors does not show. Compiled well from the start, as <see cref="Reductions"/> are.
/// </summary>
internal static class Elements
{
    private const int Tile = 512;

    /// <summary>sums += factor × values.</summary>
    public static void AddScaled(TensorDType type, ReadOnlySpan<byte> values, double factor, Span<double> sums)
    {
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

    /// <summary>sums += factors × values, of the four in order: the same bits as one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddScaled(in FourSingles values, ReadOnlySpan<double> factors, Span<double> sums)
    {
        var count = sums.Length;
        if (values.Length != count) throw new ArgumentException("The vectors differ in length.", nameof(sums));
        ref var first = ref MemoryMarshal.GetReference(values.First);
        ref var second = ref MemoryMarshal.GetReference(values.Second);
        ref var third = ref MemoryMarshal.GetReference(values.Third);
        ref var fourth = ref MemoryMarshal.GetReference(values.Fourth);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var (f0, f1, f2, f3) = (factors[0], factors[1], factors[2], factors[3]);
        var (v0, v1, v2, v3) = (Vector256.Create(f0), Vector256.Create(f1), Vector256.Create(f2), Vector256.Create(f3));
        var i = 0;
        for (; i <= count - Wide.Count; i += Wide.Count)
        {
            var at = (nuint)i;
            var sum = Vector256.FusedMultiplyAdd(Wide.Load(ref first, at), v0, Vector256.LoadUnsafe(ref to, at));
            sum = Vector256.FusedMultiplyAdd(Wide.Load(ref second, at), v1, sum);
            sum = Vector256.FusedMultiplyAdd(Wide.Load(ref third, at), v2, sum);
            Vector256.FusedMultiplyAdd(Wide.Load(ref fourth, at), v3, sum).StoreUnsafe(ref to, at);
        }
        for (; i < count; i++)
        {
            var sum = Math.FusedMultiplyAdd(values.Second[i], f1, Math.FusedMultiplyAdd(values.First[i], f0, sums[i]));
            sums[i] = Math.FusedMultiplyAdd(values.Fourth[i], f3, Math.FusedMultiplyAdd(values.Third[i], f2, sum));
        }
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
            case TensorDType.F8_E4M3: Float8.E4M3.Widen(values, wide); break;
            case TensorDType.F8_E5M2: Float8.E5M2.Widen(values, wide); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Only floating-point numbers are widened.");
        }
    }

    /// <summary>scale × wide in a floating-point type, rounded to nearest; in 8 bits what is too large becomes the largest number.</summary>
    public static void Narrow(TensorDType type, ReadOnlySpan<double> wide, double scale, Span<byte> values)
    {
        switch (type)
        {
            case TensorDType.F32: Narrow(wide, scale, MemoryMarshal.Cast<byte, float>(values)); break;
            case TensorDType.F64: TensorPrimitives.Multiply(wide, scale, MemoryMarshal.Cast<byte, double>(values)); break;
            case TensorDType.F16:
                var halves = MemoryMarshal.Cast<byte, Half>(values);
                for (var i = 0; i < halves.Length; i++) halves[i] = (Half)(wide[i] * scale);
                break;
            case TensorDType.BF16:
                var bits = MemoryMarshal.Cast<byte, ushort>(values);
                for (var i = 0; i < bits.Length; i++) bits[i] = ToBFloat((float)(wide[i] * scale));
                break;
            case TensorDType.F8_E4M3: Float8.E4M3.Narrow(wide, scale, values); break;
            case TensorDType.F8_E5M2: Float8.E5M2.Narrow(wide, scale, values); break;
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

    /// <summary>scale × wide in single precision, rounded to nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Narrow(ReadOnlySpan<double> wide, double scale, Span<float> values)
    {
        if (wide.Length != values.Length) throw new ArgumentException("The vectors differ in length.", nameof(values));
        ref var from = ref MemoryMarshal.GetReference(wide);
        ref var to = ref MemoryMarshal.GetReference(values);
        var factor = Vector256.Create(scale);
        var i = 0;
        for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var low = Vector256.LoadUnsafe(ref from, (nuint)i) * factor;
            var high = Vector256.LoadUnsafe(ref from, (nuint)(i + Wide.Count)) * factor;
            Vector256.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < values.Length; i++) values[i] = (float)(wide[i] * scale);
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
