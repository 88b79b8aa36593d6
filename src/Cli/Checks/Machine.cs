using System.Globalization;
using System.Runtime.InteropServices;
using Distributed.Adapters;
using Distributed.Cli.Output;
using Distributed.Collectives;

namespace Distributed.Cli.Checks;

/// <summary>Looks at what this machine offers a node.</summary>
internal static class Machine
{
    /// <summary>Free space below which a checkpoint store soon has no room.</summary>
    private const long LittleSpaceBytes = 1L << 30;

    private const string InstallEverything = "sudo apt-get install libtorch-dev libopenblas0-openmp cmake g++";

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

    /// <summary>What training computes with: libtorch, BLAS, devices, threads; or one finding, that libtorch is missing. Loads libtorch.</summary>
    public static IReadOnlyList<Finding> Engine()
    {
        EngineDescription engine;
        try
        {
            engine = new TensorEngine().Describe();
        }
        catch (Exception error) when (Missing(error) is { } reason)
        {
            return [new("libtorch", Standing.Missing, reason, InstallEverything)];
        }

        return
        [
            new("libtorch", Standing.Ok, $"{engine.Version}, {engine.Engine}"),
            engine.ReferenceBlas
                ? new("BLAS", Standing.Warning, $"{engine.Blas}: training is about ten times slower than with OpenBLAS", "sudo apt-get install libopenblas0-openmp")
                : new("BLAS", Standing.Ok, engine.Blas),
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

    // The loader's error may come wrapped in the initialiser's of the type that asked first.
    private static string? Missing(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                return cause.Message;
            }
        }

        return null;
    }
}
