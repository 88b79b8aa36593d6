using System.Runtime.InteropServices;

namespace Distributed.Node.Engine;

/// <summary>
/// glibc's allocator for training. As it comes it gives every block over 128 KB back to the system when it is freed, so that each step of a model faults its activations
/// in again: a transformer's step took 84 ms instead of 51 (bench/step).
/// </summary>
internal static partial class NativeHeap
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapThreshold = -3;
    private const int MiB = 1 << 20;

    private static int kept;

    /// <summary>Keeps freed blocks for the next step. Once a process, before the first step; nothing on systems without glibc.</summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Exchange(ref kept, 1) == 1)
        {
            return;
        }

        try
        {
            // 32 MiB is glibc's own upper bound.
            _ = Set(MmapThreshold, 32 * MiB);
            _ = Set(TrimThreshold, 512 * MiB);
            _ = Set(TopPad, 16 * MiB);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such settings.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int Set(int parameter, int value);
}
