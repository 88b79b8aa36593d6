using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Algorithms.Tensors;

/// <summary>Loads of eight stored numbers as double precision.</summary>
internal static class Wide
{
    /// <summary>Eight numbers from a position on; <typeparamref name="T"/> is <see cref="float"/> or <see cref="double"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Load<T>(ref T from, nuint at)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return Vector512.LoadUnsafe(ref Unsafe.As<T, double>(ref from), at);
        var single = Vector256.LoadUnsafe(ref Unsafe.As<T, float>(ref from), at);
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector512Double(single);
        var (low, high) = Vector256.Widen(single);
        return Vector512.Create(low, high);
    }

    /// <summary>One of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double At<T>(ref T from, int at)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Unsafe.Add(ref Unsafe.As<T, double>(ref from), at)
            : Unsafe.Add(ref Unsafe.As<T, float>(ref from), at);
}
