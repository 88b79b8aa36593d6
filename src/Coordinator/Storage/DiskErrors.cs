using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Storage;

/// <summary>Tells the faults of a disk from other I/O errors: there is no room, or it cannot be written at all.</summary>
internal static class DiskErrors
{
    /// <summary>ENOSPC, which .NET on Unix leaves in <see cref="Exception.HResult"/> as it is.</summary>
    public const int NoSpace = 28;

    /// <summary>EROFS: mounted read-only, as some systems do with a disk that fails.</summary>
    public const int ReadOnly = 30;

    /// <summary>EIO: the disk fails.</summary>
    public const int Failed = 5;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>EWOULDBLOCK: someone else has the file locked.</summary>
    private const int WouldBlock = 11;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(IOException error) => error.HResult is NoSpace or QuotaExceeded or WindowsDiskFull;

    /// <summary>Whether the disk is full, read-only or fails: nothing of ours is wrong, and it may pass.</summary>
    public static bool IsFault(IOException error) => IsFull(error) || error.HResult is ReadOnly or Failed;

    /// <summary>Whether such a fault is at the bottom of an exception.</summary>
    public static bool IsCause(Exception? error) => error switch
    {
        null => false,
        StorageException storage => IsFault(storage.Refusal.Code),
        IOException io when IsFault(io) => true,
        _ => IsCause(error.InnerException),
    };

    /// <summary>Whether a refusal says so.</summary>
    public static bool IsFault(RefusalCode code) => code is RefusalCode.StorageFull or RefusalCode.StorageUnwritable;

    /// <summary>
    /// Whether a new file was locked by someone else before its maker could: a rival that begins just now took it for a leftover. A file of another name will do.
    /// </summary>
    public static bool IsTaken(IOException error) => error.HResult == WouldBlock;

    /// <summary>The refusal for a fault.</summary>
    /// <param name="error">Why it could not be written.</param>
    /// <param name="what">What could not be written, e.g. "the update".</param>
    public static Refusal Refused(Exception error, string what) => error is IOException io && IsFull(io)
        ? new(RefusalCode.StorageFull, $"The coordinator's disk has no room for {what}; free some space and try again.")
        : new(RefusalCode.StorageUnwritable, $"The coordinator's disk did not take {what}: {error.Message}");
}
