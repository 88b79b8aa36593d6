using System.Buffers.Binary;
using System.Text;

namespace Distributed.Node.Engine;

/// <summary>The symbol versions that a 64-bit little-endian ELF library needs (section .gnu.version_r; System V ABI, "Symbol Versioning").</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const byte Weak = 0x2;
    private const int RecordSize = 16;

    /// <summary>Marks each need of a version as optional (VER_FLG_WEAK): a loader whose library lacks it goes on.</summary>
    /// <param name="file">The library, changed in place.</param>
    /// <param name="version">E.g. GLIBCXX_3.4.32.</param>
    /// <returns>Whether there was such a need; false, with the file as it was, too for a file that is none of these or broken.</returns>
    public static bool MakeOptional(Span<byte> file, string version)
    {
        try
        {
            var flags = Find(file, Encoding.ASCII.GetBytes(version));
            foreach (var at in flags)
            {
                file[at] |= Weak;
            }

            return flags.Count > 0;
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            // Offsets that lead out of the file.
            return false;
        }
    }

    // Where in the file the flags of the needs of that version are.
    private static List<int> Find(ReadOnlySpan<byte> file, ReadOnlySpan<byte> version)
    {
        if (!file.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
        {
            return [];
        }

        var (entrySize, count) = (U16(file, 0x3A), U16(file, 0x3C));
        var table = file.Slice(Offset(U64(file, 0x28)), entrySize * count);
        for (var section = 0; section < count; section++)
        {
            var header = table[(section * entrySize)..];
            if (U32(header, 4) == VersionNeeds)
            {
                var start = Offset(U64(header, 0x18));
                var names = table[Offset(U32(header, 0x28) * (ulong)entrySize)..];
                var found = Find(file.Slice(start, Offset(U64(header, 0x20))), file.Slice(Offset(U64(names, 0x18)), Offset(U64(names, 0x20))), version);
                return found.ConvertAll(at => start + at);
            }
        }

        return [];
    }

    // A list of libraries, each with a list of the versions that are needed of it. Lists only lead forward, and have no more records than there is room for: each walk ends.
    private static List<int> Find(ReadOnlySpan<byte> needs, ReadOnlySpan<byte> names, ReadOnlySpan<byte> version)
    {
        var found = new List<int>();
        var (left, at) = (needs.Length / RecordSize, 0);
        for (uint step = 1; step != 0; at += Offset(step))
        {
            var library = needs[at..];
            step = U32(library, 12);
            var need = at + Offset(U32(library, 8));
            for (var (i, next) = (0, 1u); i < U16(library, 2) && next != 0; i++, need += Offset(next))
            {
                if (--left < 0)
                {
                    throw new OverflowException();
                }

                var entry = needs[need..];
                next = U32(entry, 12);
                var name = names[Offset(U32(entry, 8))..];
                if (name.StartsWith(version) && name.Length > version.Length && name[version.Length] == 0)
                {
                    found.Add(need + 4);
                }
            }
        }

        return found;
    }

    // Past what a span can hold is past the end of the file.
    private static int Offset(ulong value) => checked((int)value);

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
