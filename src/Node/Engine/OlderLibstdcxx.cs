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
        if (!ElfVersionNeeds.MakeOptional(bytes, Version))
        {
            throw new DllNotFoundException($"{library} asks for {Version} in a way that is not known; install a newer libstdc++ (GCC 13 or later).");
        }

        try
        {
            if (!Holds(copy, bytes))
            {
                Directory.CreateDirectory(folder);
                Write(copy, bytes);
            }

            return copy;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DllNotFoundException($"TorchSharp's library cannot be prepared for this machine's older libstdc++ in {folder}: {error.Message}. Set XDG_CACHE_HOME to a folder that can be written.", error);
        }
    }

    // A copy that a power cut left short, or that is somebody else's, would end the process when it is loaded.
    private static bool Holds(string copy, ReadOnlySpan<byte> bytes) =>
        File.Exists(copy) && new FileInfo(copy).Length == bytes.Length && bytes.SequenceEqual(File.ReadAllBytes(copy));

    // Written aside under a name of its own, since several processes may do this at once; each puts the same bytes in place.
    private static void Write(string copy, ReadOnlySpan<byte> bytes)
    {
        var aside = $"{copy}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, copy, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
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
