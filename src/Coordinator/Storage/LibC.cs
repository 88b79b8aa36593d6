using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>What durable naming needs and .NET does not offer: fsync of a directory, a hard link as the exclusive, atomic create, and an early start of writing.</summary>
internal static class LibC
{
    private const int ReadOnly = 0;
    private const int Exists = 17;
    private const uint StartWrite = 2;

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(Terminated(path), ReadOnly);
        if (descriptor < 0)
        {
            throw Failed($"open {path}");
        }

        var failure = Fsync(descriptor) < 0 ? Failed($"fsync {path}") : null;
        _ = Close(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Gives a file a second name, unless that name is taken.</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">The disk failed, or its file system has no hard links.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (Link(Terminated(existing), Terminated(name)) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Exists ? false : throw Failed($"link {name}");
    }

    /// <summary>
    /// Lets the kernel begin to write a part of a file, without waiting, so that the fsync at the end finds little to do. No promise of durability, and a
    /// failure shows at that fsync.
    /// </summary>
    public static void StartWriteback(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SyncFileRange(file, offset, length, StartWrite);
        }
    }

    private static IOException Failed(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {new Win32Exception(error).Message}", error);
    }

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "sync_file_range")]
    private static extern int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link(byte[] existing, byte[] name);
}
