using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Distributed.Collectives.SharedMemory;

/// <summary>The system calls that .NET has no name for: locks that belong to an open file and go with its process, sleep until a word of shared memory changes.</summary>
internal static unsafe partial class Linux
{
    private const int GetLock = 36, SetLock = 37;
    private const short WriteLock = 1, NoLock = 2;
    private const uint OwnerReadWrite = 0x180;
    private const int FutexWait = 0, FutexWake = 1;
    private const int Again = 11, Denied = 13, Exists = 17;

    private static readonly nint FutexNumber = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 202 : 98;

    /// <summary>Lets nobody but its owner read or write a file.</summary>
    internal static void KeepPrivate(SafeHandle file)
    {
        if (Mode(file, OwnerReadWrite) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Gives a file a second name; false when the name is taken. File.Move looks first and renames then.</summary>
    internal static bool TryLink(string existing, string name)
    {
        if (Link(existing, name) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw new Win32Exception(error);
    }

    /// <summary>Locks one byte of a file for as long as the handle is open; false when another handle has it.</summary>
    internal static bool TryLock(SafeHandle file, long offset)
    {
        var range = new FileLock { Type = WriteLock, Start = offset, Length = 1 };
        if (Control(file, SetLock, &range) == 0) return true;
        var error = Marshal.GetLastPInvokeError();
        return error is Again or Denied ? false : throw new Win32Exception(error);
    }

    /// <summary>Whether another handle, of this process or another, has locked any of the bytes.</summary>
    /// <param name="file">Through this one.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many; 0 means all that follow.</param>
    internal static bool IsLocked(SafeHandle file, long offset, long length)
    {
        var range = new FileLock { Type = WriteLock, Start = offset, Length = length };
        if (Control(file, GetLock, &range) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        return range.Type != NoLock;
    }

    /// <summary>Sleeps while the word has this value, until it is woken or the time is over; now and then for no reason.</summary>
    internal static void Sleep(int* word, int value, TimeSpan most)
    {
        var time = stackalloc long[] { most.Ticks / TimeSpan.TicksPerSecond, most.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick };
        _ = Futex(FutexNumber, word, FutexWait, value, time, 0, 0);
    }

    /// <summary>Wakes all that sleep on the word.</summary>
    internal static void Wake(int* word) => _ = Futex(FutexNumber, word, FutexWake, int.MaxValue, null, 0, 0);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int Mode(SafeHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeHandle file, int command, FileLock* range);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Futex(nint number, int* word, int operation, int value, long* time, nint second, int third);

    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
