using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Distributed.Node.Engine;

/// <summary>
/// Gives TorchSharp its native libraries, when it first asks for them, from where the packages lie: nothing is copied beside each program (0.5 GB each). The runtime
/// configuration names the folders (Directory.Build.targets); <c>DIST_LIBTORCH</c>, a folder with all of the files, goes before them, and files beside the program are found by the runtime itself.
/// </summary>
public static class LibTorch
{
    /// <summary>A folder that holds libtorch and TorchSharp's native library, instead of the packages' own.</summary>
    public const string FolderVariable = "DIST_LIBTORCH";

    private const string Wrapper = "LibTorchSharp";

    // In the order in which each needs those before it.
    private static readonly string[] Parts = ["c10", "torch_cpu", "torch"];
    private static readonly Lock Gate = new();
    private static nint wrapper;

    /// <summary>Where TorchSharp's native library was loaded from; null: by the runtime's own search, or not yet.</summary>
    public static string? LoadedFrom { get; private set; }

    /// <summary>Whether that is a prepared copy (<see cref="OlderLibstdcxx"/>), because this machine's libstdc++ is older than the one it was built with.</summary>
    public static bool IsPreparedCopy { get; private set; }

    /// <summary>The package that the program was built with: <c>cpu</c> or <c>cuda</c>; null: another program's, which does not say.</summary>
    public static string? Package => AppContext.GetData("Distributed.LibTorchPackage") as string;

    /// <summary>Whether it is known, without loading anything, that there is no device but the processor.</summary>
    internal static bool SeesProcessorAlone =>
        Package == "cpu" && !OperatingSystem.IsMacOS() && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(FolderVariable));

    /// <summary>Answers TorchSharp's requests from now on. Runs when anything of this assembly is first used; loads nothing by itself.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Whatever part of TorchSharp is used first, by a user's own model too, its libraries must be found.")]
    internal static void Register() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (assembly, name) => Resolve(assembly, name);

    private static nint Resolve(Assembly assembly, string name)
    {
        if ((assembly.GetName().Name != "TorchSharp" && assembly != typeof(LibTorch).Assembly) || Plain(name) is not (Wrapper or "torch_cpu" or "torch" or "c10"))
        {
            return 0;
        }

        lock (Gate)
        {
            return Plain(name) == Wrapper ? LoadWrapper() : Path(Setting(FolderVariable, "Distributed.LibTorch"), Plain(name)) is { } file ? NativeLibrary.Load(file) : 0;
        }
    }

    private static nint LoadWrapper()
    {
        if (wrapper != 0)
        {
            return wrapper;
        }

        if (Path(Setting(FolderVariable, "Distributed.LibTorchSharp"), Wrapper) is not { } file)
        {
            // Left to itself TorchSharp looks for the packages, and answers with a page of folders.
            return AppContext.GetData("Distributed.LibTorchMissing") is string platform ? throw new DllNotFoundException(NoPackage(platform)) : 0;
        }

        foreach (var part in Parts)
        {
            if (Path(Setting(FolderVariable, "Distributed.LibTorch"), part) is { } needed)
            {
                NativeLibrary.Load(needed);
            }
        }

        try
        {
            wrapper = NativeLibrary.Load(file);
        }
        catch (DllNotFoundException error) when (OlderLibstdcxx.IsReason(error))
        {
            file = OlderLibstdcxx.Prepare(file);
            wrapper = NativeLibrary.Load(file);
            IsPreparedCopy = true;
        }

        LoadedFrom = file;
        return wrapper;
    }

    private static string NoPackage(string platform) =>
        $"There is no package of libtorch for {platform}: nodes train on linux-x64, win-x64 and osx-arm64, for CUDA on the first two. Coordinators and all that does not train work here.";

    private static string? Setting(string variable, string option) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given ? given : AppContext.GetData(option) as string ?? AppContext.BaseDirectory;

    private static string? Path(string? folder, string library)
    {
        var file = System.IO.Path.Combine(folder ?? "", OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so");
        return File.Exists(file) ? file : null;
    }

    private static string Plain(string name)
    {
        var plain = System.IO.Path.GetFileNameWithoutExtension(name);
        return plain.StartsWith("lib", StringComparison.Ordinal) ? plain[3..] : plain;
    }
}
