using System.IO.MemoryMappedFiles;
using Distributed.Collectives.Groups;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Collectives.SharedMemory;

/// <summary>
/// The memory that the ranks share: a file that has a name only until every rank has opened it. A rank holds a lock on one byte of it, which the kernel takes
/// away with the process, however it ends.
/// </summary>
internal sealed unsafe class Segment : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    private Segment(SafeFileHandle file, Layout layout)
    {
        (_file, Layout) = (file, layout);
        _map = MemoryMappedFile.CreateFromFile(file, null, layout.FileBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, layout.FileBytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    internal Layout Layout { get; }

    internal int Size => Layout.Size;

    internal Header* Header => (Header*)_start;

    internal RankPage* Page(int rank) => (RankPage*)(_start + ((1L + rank) * Layout.Page));

    internal nint Slot(int rank, long step) => (nint)(_start + Layout.Slot(rank, step));

    internal nint Box(int rank, int chunk) => (nint)(_start + Layout.Box(rank, chunk));

    /// <summary>Makes the file, with all of its blocks: memory that is found missing later would end the process.</summary>
    internal static Segment Create(string path, Layout layout)
    {
        var draft = $"{path}.{Environment.ProcessId}";
        var file = Allocate(draft, path, layout);
        try
        {
            Linux.KeepPrivate(file);
            RandomAccess.SetLength(file, layout.FileBytes);
            var segment = new Segment(file, layout);
            segment.Header->Layout = layout;
            segment.Claim(0);
            if (Linux.TryLink(draft, path)) return segment;
            segment.Dispose();
            throw new GroupException(new(FailureCode.NameTaken, 0, $"{path} is there already: the name of a group is used once"));
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Null while there is no such file.</summary>
    internal static Segment? TryOpen(string path, Layout layout)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        var length = RandomAccess.GetLength(file);
        if (length == layout.FileBytes)
        {
            var segment = new Segment(file, layout);
            if (segment.Header->Layout == layout) return segment;
            segment.Dispose();
        }
        file.Dispose();
        throw new GroupException(length == 0 ? NoSpace(path, layout) : new(FailureCode.Mismatch, 0, $"{path} is of a group with another number of ranks"));
    }

    /// <summary>Takes a rank's place in the group; false when it is taken.</summary>
    internal bool Claim(int rank)
    {
        if (!Linux.TryLock(_file, rank)) return false;
        Volatile.Write(ref Page(rank)->Joined, 1);
        return true;
    }

    /// <summary>Whether a rank that had joined is there no more.</summary>
    internal bool IsLost(int rank) => Volatile.Read(ref Page(rank)->Joined) != 0 && !Linux.IsLocked(_file, rank, 1);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    private static SafeFileHandle Allocate(string draft, string path, Layout layout)
    {
        try
        {
            return File.OpenHandle(
                draft, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, preallocationSize: layout.FileBytes);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            // The other ranks wait for a file of this name: an empty one says that there will be none.
            File.WriteAllBytes(path, []);
            throw new GroupException(NoSpace(path, layout));
        }
    }

    private static GroupFailure NoSpace(string path, Layout layout) => new(
        FailureCode.NoSpace, 0,
        $"{Path.GetDirectoryName(path)} has no room for {layout.FileBytes >> 20} MiB of shared memory; a container gets more by its shm-size, or an emptyDir of medium Memory");
}
