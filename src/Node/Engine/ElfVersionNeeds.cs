using System.Buffers.Binary;
using System.Text;

namespace Distributed.Node.Engine;

/// <summary>The symbol versions that a 64-bit little-endian ELF library needs (section .gnu.version_r; System V ABI, "Symbol Versioning").</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort Weak = 0x2;

    /// <summary>Marks each need of a version as optional (VER_FLG_WEAK): a loader whose library lacks it goes on.</summary>
    /// <param name="file">The library, changed in place.</param>
    /// <param name="version">E.g. GLIBCXX_3.4.32.</param>
    /// <returns>Whether there was such a need; false too for a file that is none of these.</returns>
    public static bool MakeOptional(Span<byte> file, string version)
    {
        try
        {
            return file.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]) && Mark(file, Encoding.ASCII.GetBytes(version));
        }
        catch (ArgumentOutOfRangeException)
        {
            // Offsets that lead out of the file: it is broken.
            return false;
        }
    }

    private static bool Mark(Span<byte> file, ReadOnlySpan<byte> version)
    {
        var table = (int)U64(file, 0x28);
        var (entrySize, count) = (U16(file, 0x3A), U16(file, 0x3C));
        for (var section = 0; section < count; section++)
        {
            var header = file[(table + (section * entrySize))..];
            if (U32(header, 4) == VersionNeeds)
            {
                var strings = file[(table + ((int)U32(header, 0x28) * entrySize))..];
                return MarkSection(file, (int)U64(header, 0x18), (int)U64(strings, 0x18), version);
            }
        }

        return false;
    }

    // A list of libraries, each with a list of the versions that are needed of it.
    private static bool MarkSection(Span<byte> file, int at, int strings, ReadOnlySpan<byte> version)
    {
        var found = false;
        for (var more = true; more;)
        {
            var library = file[at..];
            var need = at + (int)U32(library, 8);
            for (var i = 0; i < U16(library, 2); i++)
            {
                var entry = file[need..];
                var name = file[(strings + (int)U32(entry, 8))..];
                if (name.StartsWith(version) && name[version.Length] == 0)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(entry[4..], (ushort)(U16(entry, 4) | Weak));
                    found = true;
                }

                need += (int)U32(entry, 12);
            }

            var next = (int)U32(library, 12);
            more = next != 0;
            at += next;
        }

        return found;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
