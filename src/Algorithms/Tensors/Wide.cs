using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Loads of four stored numbers as double precision. Every machine that we know has vectors of this width; wider ones would be taken apart, through memory, where
/// there are none, and these keep up with the memory where there are.
/// </summary>
internal static class Wide
{
    /// <summary>Numbers in a load.</summary>
    public const int Count = 4;

    /// <summary>Four numbers from a position on; <typeparamref name="T"/> is <see cref="float"/> or <see cref="double"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Load<T>(ref T from, nuint at)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return Vector256.LoadUnsafe(ref Unsafe.As<T, double>(ref from), at);
        var single = Vector128.LoadUnsafe(ref Unsafe.As<T, float>(ref from), at);
        if (Avx.IsSupported) return Avx.ConvertToVector256Double(single);
        var (low, high) = Vector128.Widen(single);
        return Vector256.Create(low, high);
    }

    /// <summary>One of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double At<T>(ref T from, int at)
        where T : unmanaged =>
        typeof(T) == typeof(double)
            ? Unsafe.Add(ref Unsafe.As<T, double>(ref from), at)
            : Unsafe.Add(ref Unsafe.As<T, float>(ref from), at);
}
