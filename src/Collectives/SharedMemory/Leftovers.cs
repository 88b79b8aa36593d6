namespace Distributed.Collectives.SharedMemory;

/// <summary>Files of groups whose processes were all killed before the last one had joined.</summary>
internal static class Leftovers
{
    // Between a file's creation and its first lock lie microseconds.
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    internal static void Sweep(string folder, string pattern, TimeProvider time)
    {
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles(pattern))
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc > Age && !IsHeld(file.FullName)) file.Delete();
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return Linux.IsLocked(file, 0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another user's.
            return true;
        }
    }
}
