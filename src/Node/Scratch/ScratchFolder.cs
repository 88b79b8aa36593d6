namespace Distributed.Node.Scratch;

/// <summary>
/// A folder for files that end with this process. It goes when it is disposed of; one that a killed process left is removed when the next is made beside it.
/// </summary>
public sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "dist-";
    private const string LockName = ".lock";

    private readonly FileStream held;

    private ScratchFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    /// <summary>The folder, absolute; only this user can look into it.</summary>
    public string Path { get; }

    /// <summary>Makes one in the first of these that can be written and is short enough: the temporary directory (<c>TMPDIR</c>), the system's own, the current one.</summary>
    /// <param name="longest">Bytes that the folder's path may have; a Unix socket in it can have only about a hundred.</param>
    /// <exception cref="IOException">None of them will do; says why for each.</exception>
    public static ScratchFolder Create(int longest = int.MaxValue) => Create([System.IO.Path.GetTempPath(), "/tmp", Environment.CurrentDirectory], longest);

    internal static ScratchFolder Create(IEnumerable<string> parents, int longest)
    {
        var reasons = new List<string>();
        foreach (var parent in parents.Select(System.IO.Path.GetFullPath).Distinct())
        {
            try
            {
                if (Under(parent, longest) is { } folder)
                {
                    return folder;
                }

                reasons.Add($"{parent} is too long a path for a socket");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                reasons.Add(error.Message);
            }
        }

        throw new IOException($"No folder for temporary files: {string.Join("; ", reasons)}. Set TMPDIR to one that can be written.");
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        held.Dispose();
    }

    private static ScratchFolder? Under(string parent, int longest)
    {
        var path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N")[..8]);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > longest)
        {
            return null;
        }

        if (!Directory.Exists(parent))
        {
            throw new DirectoryNotFoundException($"{parent} does not exist");
        }

        RemoveDead(parent);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new ScratchFolder(path, Hold(path));
    }

    // Taken under another name, so that nobody sees a lock file that is not held yet.
    private static FileStream Hold(string folder)
    {
        var file = System.IO.Path.Combine(folder, LockName);
        var held = new FileStream(file + ".tmp", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Move(file + ".tmp", file);
        return held;
    }

    // A process that lives holds its lock; the kernel lets go of a dead one's.
    private static void RemoveDead(string parent)
    {
        foreach (var lockFile in Directory.EnumerateDirectories(parent, Prefix + "*").Select(folder => System.IO.Path.Combine(folder, LockName)).Where(File.Exists))
        {
            try
            {
                using var dead = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                Directory.Delete(System.IO.Path.GetDirectoryName(lockFile)!, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Alive, another user's, or gone meanwhile.
            }
        }
    }
}
