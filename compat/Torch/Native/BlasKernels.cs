using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TorchSharp.Native;

/// <summary>
/// Which kernels OpenBLAS computes with. A build older than the processor does not know it and falls back to kernels of 2004 without AVX, at a fraction of the
/// speed; it reads OPENBLAS_CORETYPE while it is loaded, so it is looked at before libtorch brings it in.
/// </summary>
internal static unsafe partial class BlasKernels
{
    private const string Variable = "OPENBLAS_CORETYPE";
    private const string OpenBlas = "libopenblas.so.0";

    private static readonly string[] WithoutAvx =
    [
        "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington", "Nehalem", "Athlon", "Opteron", "Opteron_SSE3",
        "Barcelona", "Bobcat", "Nano",
    ];

    /// <summary>Names kernels that the processor has, where OpenBLAS would choose ones without AVX and the user has named none.</summary>
    internal static void Choose()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } || Widest() is not { } widest || !NativeLibrary.TryLoad(OpenBlas, out var library))
            return;
        var chosen = NativeLibrary.TryGetExport(library, "openblas_get_corename", out var name)
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)name)()) : null;
        // Nothing else holds it yet: libtorch's load begins anew, with the variable.
        NativeLibrary.Free(library);
        if (chosen is not null && WithoutAvx.Contains(chosen, StringComparer.OrdinalIgnoreCase))
            _ = setenv(Variable, widest, 1);
    }

    private static string? Widest() =>
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? "SkylakeX"
        : Avx2.IsSupported && Fma.IsSupported ? "Haswell"
        : null;

    // The runtime's own variables are a copy; getenv of a native library does not see them.
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static partial int setenv(string name, string value, int overwrite);
}
