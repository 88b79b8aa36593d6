using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>Where the native library is: DISTRIBUTED_NATIVE, beside the assembly, artifacts/native of a repository found upward.</summary>
internal static unsafe class LibraryLookup
{
    private const string FileName = "libdistributed_native.so";
    private const string Packages = "sudo apt-get install libtorch-dev libopenblas0-openmp cmake g++";

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != NativeMethods.Library)
            return 0;
        string[] candidates = [.. Candidates()];
        var path = candidates.FirstOrDefault(File.Exists) ?? throw new DllNotFoundException(
            $"{FileName} was not found ({string.Join(", ", candidates)}). Build it with native/build.sh (needs: {Packages}), "
            + "or name it in the environment variable DISTRIBUTED_NATIVE.");
        return Load(path);
    }

    private static nint Load(string path)
    {
        BlasKernels.Choose();
        nint library;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"{path} could not be loaded: {e.Message.Split('\n')[0]} Is libtorch installed ({Packages})? "
                + "After another libtorch was installed, build again with native/build.sh.");
        }
        // Before anything else is called. DISTRIBUTED_MALLOC_DEFAULTS=1 leaves glibc's thresholds as they are.
        var initialise = (delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, "dt_init");
        _ = initialise(Environment.GetEnvironmentVariable("DISTRIBUTED_MALLOC_DEFAULTS") == "1" ? 0 : 1);
        return library;
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("DISTRIBUTED_NATIVE") is { Length: > 0 } named)
        {
            yield return Directory.Exists(named) ? Path.Combine(named, FileName) : named;
            yield break;
        }
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "native", "CMakeLists.txt")))
                yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }
}
