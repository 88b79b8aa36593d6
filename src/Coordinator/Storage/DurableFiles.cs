using System.Collections.Concurrent;
using Distributed.Protocols.Refusals;
using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// The seam between storage and the file system: every durable step goes through it, so that it is counted and can be made to fail by name. A durable
/// file is written under another name, synced, renamed, and its directory synced, in this order.
/// </summary>
internal sealed class DurableFiles(Failpoints failpoints, StorageMeter meter)
{
    private readonly ConcurrentDictionary<string, GroupCommit> directories = new(StringComparer.Ordinal);

    /// <summary>Passes a failpoint.</summary>
    public void Hit(Failpoint point, int? round = null) => failpoints.Hit(point, round);

    /// <summary>Makes a file's bytes durable; blocks.</summary>
    public void Sync(SafeFileHandle file, string runId)
    {
        meter.CountFsync(runId);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Makes a file's bytes durable on a thread of its own: a large file takes long, and pool threads serve the other streams.</summary>
    public Task SyncAsync(SafeFileHandle file, string runId) => OnOwnThread(() => Sync(file, runId));

    /// <summary>Makes the names in a directory durable; blocks.</summary>
    public void SyncDirectory(string path, string runId)
    {
        meter.CountFsync(runId);
        LibC.SyncDirectory(path);
    }

    /// <summary>Makes the names in a directory durable; callers that come while one sync runs share the next.</summary>
    public Task SyncDirectoryAsync(string path, string runId) =>
        directories.GetOrAdd(path, _ => new GroupCommit(() => OnOwnThread(() => SyncDirectory(path, runId)))).RequestAsync();

    /// <summary>Creates a directory below <paramref name="root"/>, which exists, and makes the new names durable.</summary>
    public void EnsureDirectory(string root, string path, bool durable, string runId)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(path);
        for (var at = path; durable && at != root && Path.GetDirectoryName(at) is { } parent; at = parent)
        {
            SyncDirectory(parent, runId);
        }
    }

    /// <summary>Writes a small file under a temporary name beside <paramref name="path"/> and makes its bytes durable.</summary>
    /// <returns>The temporary name, to be renamed, linked or deleted by the caller. On failure nothing is left.</returns>
    public string WriteAside(string path, ReadOnlySpan<byte> bytes, bool durable, string runId)
    {
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var file = File.OpenHandle(aside, FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, bytes, 0);
            if (durable)
            {
                Sync(file, runId);
            }

            return aside;
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Whether a file of so many bytes can be written and made durable now; it is removed again.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="bytes">How many.</param>
    /// <returns>The fault, or null: it can.</returns>
    public Refusal? FindRoom(string folder, long bytes)
    {
        var path = Path.Combine(folder, $"room.{Guid.NewGuid():N}.tmp");
        try
        {
            Hit(Failpoint.RoomBeforeWrite);
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, options: FileOptions.DeleteOnClose);
            var block = new byte[(int)Math.Clamp(bytes, 1, 1 << 20)];
            for (long at = 0; at < bytes; at += block.Length)
            {
                RandomAccess.Write(file, block, at);
            }

            RandomAccess.FlushToDisk(file);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return DiskErrors.Refused(error, "the next files");
        }
    }

    private static Task OnOwnThread(Action work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
