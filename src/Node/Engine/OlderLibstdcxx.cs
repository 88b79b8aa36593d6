using System.Security.Cryptography;

namespace Distributed.Node.Engine;

/// <summary>
/// TorchSharp's native library asks for the symbol version of GCC 13's libstdc++, which Debian 12 and Ubuntu 22.04 do not have, for a symbol that it never uses.
/// A copy in which that one need is optional loads and computes there (docs/decisions/0010).
/// </summary>
internal static class OlderLibstdcxx
{
    /// <summary>The version that is asked for and not needed.</summary>
    internal const string Version = "GLIBCXX_3.4.32";

    /// <summary>Whether a library was refused for this reason.</summary>
    public static bool IsReason(DllNotFoundException error) => OperatingSystem.IsLinux() && error.Message.Contains(Version, StringComparison.Ordinal);

    /// <summary>The prepared copy, made when it is not there yet. Its folder is named by the original's hash.</summary>
    /// <param name="library">The original.</param>
    /// <returns>The copy's path.</returns>
    /// <exception cref="DllNotFoundException">The original has no such need, or no folder can be written.</exception>
    public static string Prepare(string library) => Prepare(library, CacheFolder());

    internal static string Prepare(string library, string cache)
    {
        var bytes = File.ReadAllBytes(library);
        var folder = Path.Combine(cache, Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
        var copy = Path.Combine(folder, Path.GetFileName(library));
        if (File.Exists(copy))
        {
            return copy;
        }

        if (!ElfVersionNeeds.MakeOptional(bytes, Version))
        {
            throw new DllNotFoundException($"{library} asks for {Version} in a way that is not known; install a newer libstdc++ (GCC 13 or later).");
        }

        try
        {
            Directory.CreateDirectory(folder);
            var aside = $"{copy}.{Environment.ProcessId}.tmp";
            File.WriteAllBytes(aside, bytes);
            File.Move(aside, copy, overwrite: true);
            return copy;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DllNotFoundException($"TorchSharp's library cannot be prepared for this machine's older libstdc++ in {folder}: {error.Message}. Set XDG_CACHE_HOME to a folder that can be written.", error);
        }
    }

    private static string CacheFolder()
    {
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given
            ? given
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } user ? Path.Combine(user, ".cache") : Path.GetTempPath();
        return Path.Combine(home, "distributed", "torchsharp");
    }
}
