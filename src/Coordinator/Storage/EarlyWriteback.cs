using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>
/// Keeps the disk busy while a file that will be synced is still arriving: a large file's fsync would otherwise begin when its last byte is there. Follows the
/// contiguous end of the file in steps large enough to be written in one go.
/// </summary>
internal struct EarlyWriteback
{
    private const long StepBytes = 8 << 20;

    private long started;

    /// <summary>The file is complete up to <paramref name="end"/>.</summary>
    public void Reached(SafeFileHandle file, long end)
    {
        if (end - started >= StepBytes)
        {
            LibC.StartWriteback(file, started, end - started);
            started = end;
        }
    }
}
