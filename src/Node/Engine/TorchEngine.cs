using System.Collections.Immutable;
using TorchSharp;

namespace Distributed.Node.Engine;

/// <summary>libtorch in this process: loaded at the first run that trains, never for runs that do not.</summary>
public static class TorchEngine
{
    /// <summary>Sets the calling thread up for training: libtorch's and OpenMP's thread counts belong to the thread that asks.</summary>
    /// <param name="threads">Intra-op threads.</param>
    public static void EnterThread(int threads)
    {
        NativeHeap.KeepFreed();
        torch.set_num_threads(threads);
        Convolutions.LeaveOutNnpack();
    }

    /// <summary>What computes, for run records.</summary>
    /// <param name="device">The device's name.</param>
    public static string Describe(string device) => $"libtorch {torch.__version__}, {device}";

    /// <summary>Everything that <c>dist check</c> tells.</summary>
    /// <exception cref="TypeInitializationException">libtorch cannot be loaded; the innermost exception says why.</exception>
    public static EngineDescription Examine() => new(
        torch.__version__,
        LibTorch.Package,
        LibTorch.IsPreparedCopy,
        [.. See()],
        torch.get_num_threads(),
        torch.get_num_interop_threads());

    /// <summary>The devices' names; none where libtorch cannot be loaded, which whoever trains is told. Loads it only where it may see more than the processor.</summary>
    internal static IEnumerable<string> Devices()
    {
        try
        {
            return LibTorch.SeesProcessorAlone ? [ComputeDevices.Cpu] : [.. See()];
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or NotSupportedException)
        {
            return [];
        }
    }

    private static IEnumerable<string> See() =>
    [
        ComputeDevices.Cpu,
        .. Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0).Select(i => $"cuda:{i}"),
        .. OperatingSystem.IsMacOS() && torch.mps_is_available() ? ["mps"] : Array.Empty<string>(),
    ];
}
