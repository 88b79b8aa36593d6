using Microsoft.Win32.SafeHandles;

namespace Distributed.Coordinator.Storage;

/// <summary>Reading by position, all or nothing.</summary>
internal static class FileBytes
{
    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public static void ReadExactly(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"The file ends at byte {offset}, {destination.Length} bytes short.");
            }

            offset += read;
            destination = destination[read..];
        }
    }
}
