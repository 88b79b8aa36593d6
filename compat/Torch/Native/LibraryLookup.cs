using System.Reflection;
using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>Where the native library is: DISTRIBUTED_NATIVE, beside the assembly, artifacts/native of a repository found upward.</summary>
internal static class LibraryLookup
{
    private const string FileName = "libdistributed_native.so";

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name != NativeMethods.Library)
            return 0;
        if (Environment.GetEnvironmentVariable("DISTRIBUTED_NATIVE") is { Length: > 0 } named)
            return Load(Directory.Exists(named) ? Path.Combine(named, FileName) : named);
        foreach (var path in Candidates())
        {
            if (File.Exists(path))
                return Load(path);
        }
        throw new DllNotFoundException(
            $"{FileName} was not found ({string.Join(", ", Candidates())}). Build it with native/build.sh (needs: sudo apt-get install "
            + "libtorch-dev libopenblas0-openmp cmake g++), or name it in the environment variable DISTRIBUTED_NATIVE.");
    }

    private static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"{path} was found but could not be loaded: {e.Message.Split('\n')[0]}. Is libtorch installed (sudo apt-get install libtorch-dev "
                + "libopenblas0-openmp)? After another libtorch was installed, build again with native/build.sh.", e);
        }
    }

    private static IEnumerable<string> Candidates()
    {
        yield return Path.Combine(AppContext.BaseDirectory, FileName);
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "native", "CMakeLists.txt")))
                yield return Path.Combine(folder.FullName, "artifacts", "native", FileName);
        }
    }
}
