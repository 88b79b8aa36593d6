using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Storage;

/// <summary>Tells a full disk from other I/O errors.</summary>
internal static class DiskErrors
{
    /// <summary>ENOSPC, which .NET on Unix leaves in <see cref="Exception.HResult"/> as it is.</summary>
    public const int NoSpace = 28;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>EWOULDBLOCK: someone else has the file locked.</summary>
    private const int WouldBlock = 11;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(IOException error) => error.HResult is NoSpace or QuotaExceeded or WindowsDiskFull;

    /// <summary>
    /// Whether a new file was locked by someone else before its maker could: a rival that begins just now took it for a leftover. A file of another name will do.
    /// </summary>
    public static bool IsTaken(IOException error) => error.HResult == WouldBlock;

    /// <summary>The refusal for a full disk.</summary>
    /// <param name="what">What could not be written, e.g. "the update".</param>
    public static Refusal Full(string what) =>
        new(RefusalCode.StorageFull, $"The coordinator's disk has no room for {what}; free some space and try again.");
}
