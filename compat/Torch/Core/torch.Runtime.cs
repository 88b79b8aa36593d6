using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    private static ScalarType s_defaultType = ScalarType.Float32;

    public static string __version__ => BuildInfo.Read()["libtorch"];

    public static ScalarType get_default_dtype() => s_defaultType;

    public static void set_default_dtype(ScalarType dtype) => s_defaultType = dtype;

    public static int get_num_threads() => NativeMethods.dt_threads();

    public static void set_num_threads(int num) => NativeMethods.Throw(NativeMethods.dt_set_threads(num));

    public static int get_num_interop_threads() => NativeMethods.dt_interop_threads();

    public static void set_num_interop_threads(int num) => NativeMethods.Throw(NativeMethods.dt_set_interop_threads(num));

    public static bool cuda_is_available() => cuda.is_available();

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeMethods.dt_cuda_count();

        // libtorch seeds the devices along with the CPU.
        public static void manual_seed(long seed) => torch.manual_seed(seed);

        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        public static void synchronize(Device? device = null) => NativeMethods.Throw(NativeMethods.dt_cuda_sync(device?.index ?? -1));
    }

    /// <summary>The native library's own words about what it is built on: key=value lines.</summary>
    internal static class BuildInfo
    {
        internal static Dictionary<string, string> Read() => (Marshal.PtrToStringUTF8(NativeMethods.dt_build_info()) ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }
}
