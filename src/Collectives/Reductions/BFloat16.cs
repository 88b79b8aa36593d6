using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distributed.Collectives.Reductions;

/// <summary>Between bfloat16 and float32. .NET has no such type before version 11.</summary>
internal static class BFloat16
{
    private const uint QuietNaN = 0x7fc0;

    internal static void Widen(ReadOnlySpan<ushort> source, Span<float> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<float, uint>(target[..source.Length]));
        var k = 0;
        for (; k <= source.Length - Vector512<ushort>.Count; k += Vector512<ushort>.Count)
        {
            var (lower, upper) = Vector512.Widen(Vector512.LoadUnsafe(ref from, (nuint)k));
            Vector512.StoreUnsafe(lower << 16, ref to, (nuint)k);
            Vector512.StoreUnsafe(upper << 16, ref to, (nuint)(k + Vector512<uint>.Count));
        }
        for (; k < source.Length; k++) target[k] = BitConverter.UInt32BitsToSingle((uint)source[k] << 16);
    }

    /// <summary>Rounds to nearest, ties to even.</summary>
    internal static void Narrow(ReadOnlySpan<float> source, Span<ushort> target)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target[..source.Length]);
        var k = 0;
        for (; k <= source.Length - Vector512<ushort>.Count; k += Vector512<ushort>.Count)
        {
            var lower = Round(Vector512.LoadUnsafe(ref from, (nuint)k));
            var upper = Round(Vector512.LoadUnsafe(ref from, (nuint)(k + Vector512<float>.Count)));
            Vector512.StoreUnsafe(Vector512.Narrow(lower, upper), ref to, (nuint)k);
        }
        for (; k < source.Length; k++) target[k] = Round(source[k]);
    }

    private static Vector512<uint> Round(Vector512<float> x)
    {
        var bits = x.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7fffu) + ((bits >>> 16) & Vector512<uint>.One)) >>> 16;
        return Vector512.ConditionalSelect(Vector512.Equals(x, x).AsUInt32(), rounded, Vector512.Create(QuietNaN));
    }

    private static ushort Round(float x)
    {
        var bits = BitConverter.SingleToUInt32Bits(x);
        return (ushort)(float.IsNaN(x) ? QuietNaN : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
