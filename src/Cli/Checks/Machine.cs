using System.Globalization;
using System.Runtime.InteropServices;
using Distributed.Cli.Output;
using Distributed.Node.Engine;

namespace Distributed.Cli.Checks;

/// <summary>Looks at what this machine offers a node.</summary>
internal static class Machine
{
    /// <summary>Free space below which a checkpoint store soon has no room.</summary>
    private const long LittleSpaceBytes = 1L << 30;

    /// <summary>Everything that is worth a line, in the order in which it is needed.</summary>
    public static IEnumerable<Finding> Look(string folder)
    {
        yield return new(".NET", Standing.Ok, RuntimeInformation.FrameworkDescription);
        yield return new("processors", Standing.Ok, string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount}, memory {RoundLine.Size(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}"));
        yield return Disk(folder);
        foreach (var finding in Engine())
        {
            yield return finding;
        }
    }

    /// <summary>What training computes with: libtorch, devices, threads; or one finding, that libtorch cannot be loaded and why. Loads libtorch.</summary>
    public static IReadOnlyList<Finding> Engine()
    {
        EngineDescription engine;
        try
        {
            engine = TorchEngine.Examine();
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or NotSupportedException)
        {
            return [new("libtorch", Standing.Missing, error.GetBaseException().Message, $"build again, or name a folder that holds libtorch and TorchSharp's library in {LibTorch.FolderVariable}")];
        }

        return
        [
            new("libtorch", Standing.Ok, engine.Package is { } package ? $"{engine.Version}, built for {package}" : engine.Version),
            .. engine.IsPreparedCopy ? [new Finding("TorchSharp", Standing.Ok, "its library was prepared for this machine's older libstdc++")] : Array.Empty<Finding>(),
            new("devices", Standing.Ok, string.Join(", ", engine.Devices)),
            new("threads", Standing.Ok, string.Create(CultureInfo.InvariantCulture, $"{engine.Threads} inside an operator, {engine.InteropThreads} between operators; a worker uses --threads (1)")),
        ];
    }

    private static Finding Disk(string folder)
    {
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        var value = $"{RoundLine.Size(free)} free at {Path.GetFullPath(folder)}";
        return free < LittleSpaceBytes
            ? new("disk", Standing.Warning, value, "runs, spool and checkpoints need room; choose another folder with --out or --data")
            : new("disk", Standing.Ok, value);
    }
}
