using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Distributed.Cli.Artifacts;

/// <summary>Where a file that is written aside and renamed really goes.</summary>
internal static class OutputPath
{
    // struct statx is laid out alike on every Linux.
    private const int StatxBytes = 256;
    private const int ModeOffset = 28;
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int TypeMask = 0xF000;
    private const int PlainFile = 0x8000;

    /// <summary>The file itself: behind a symbolic link, what it points to, so that the link stays one.</summary>
    /// <param name="path">As the user gave it.</param>
    /// <exception cref="IOException">It is a folder, a device or a pipe, which a file must not take the place of.</exception>
    public static string Resolve(string path)
    {
        var target = new FileInfo(path) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : path;
        if (Directory.Exists(target))
        {
            throw new IOException($"{path} is a folder; name a file in it.");
        }

        return File.Exists(target) && !IsPlain(target)
            ? throw new IOException($"{path} is a device or a pipe, which is not replaced; name a file.")
            : target;
    }

    /// <summary>Why no file can be written there; null when nothing is in the way.</summary>
    /// <param name="path">As the user gave it.</param>
    public static string? Problem(string path)
    {
        try
        {
            Resolve(path);
            return null;
        }
        catch (IOException error)
        {
            return error.Message;
        }
    }

    /// <summary>The full path of a file behind its links, to tell whether two names are one file.</summary>
    /// <param name="path">A name, of something that exists or not.</param>
    public static string Real(string path)
    {
        try
        {
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (IOException)
        {
            return Path.GetFullPath(path);
        }
    }

    // .NET does not tell a device from a file. Elsewhere than on Linux it is taken for a file, as renaming would.
    private static bool IsPlain(string path)
    {
        var status = new byte[StatxBytes];
        return !OperatingSystem.IsLinux()
            || Statx(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), 0, TypeOnly, status) != 0
            || (BinaryPrimitives.ReadUInt16LittleEndian(status.AsSpan(ModeOffset)) & TypeMask) == PlainFile;
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(int folder, byte[] path, int flags, uint mask, [Out] byte[] status);
}
