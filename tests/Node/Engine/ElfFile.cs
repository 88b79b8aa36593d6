using System.Buffers.Binary;
using System.Text;

namespace Distributed.Node.Tests.Engine;

/// <summary>A library of nothing but a section of needed versions: one of a libc, two of a libstdc++. Its names end the file.</summary>
internal static class ElfFile
{
    public const string Asked = "GLIBCXX_3.4.32";

    /// <summary>Where the list of needs begins: the first library, its version, the second library, its two versions.</summary>
    public const int Needs = 64;

    /// <summary>Where the flags of the need of <see cref="Asked"/> are.</summary>
    public const int Flags = Needs + (4 * 16) + 4;

    private const int Names = Needs + (5 * 16);
    private const int Table = Names + 40;

    public static byte[] Make()
    {
        var file = new byte[Table + (2 * 64)];
        ((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]).CopyTo(file);
        Write64(file, 0x28, Table);
        Write16(file, 0x3A, 64);
        Write16(file, 0x3C, 2);
        Library(file, Needs, versions: 1, next: 32);
        Version(file, Needs + 16, name: 1, next: 0);
        Library(file, Needs + 32, versions: 2, next: 0);
        Version(file, Needs + 48, name: 11, next: 16);
        Version(file, Needs + 64, name: 23, next: 0);
        Encoding.ASCII.GetBytes($"\0GLIBC_2.1\0GLIBCXX_3.4\0{Asked}\0").CopyTo(file, Names);
        Section(file, Table, type: 0x6ffffffe, Needs, 5 * 16, link: 1);
        Section(file, Table + 64, type: 3, Names, 23 + Asked.Length + 1, link: 0);
        return file;
    }

    /// <summary>The same with the section table before the names, which end the file without a zero.</summary>
    public static byte[] WithNamesAtTheEnd()
    {
        var whole = Make();
        byte[] file = [.. whole, .. whole.AsSpan(Names, 23 + Asked.Length)];
        Section(file, Table + 64, type: 3, whole.Length, 23 + Asked.Length, link: 0);
        return file;
    }

    public static void Write32(Span<byte> file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file[at..], value);

    private static void Library(Span<byte> file, int at, ushort versions, uint next)
    {
        Write16(file, at + 2, versions);
        Write32(file, at + 8, 16);
        Write32(file, at + 12, next);
    }

    private static void Version(Span<byte> file, int at, uint name, uint next)
    {
        Write32(file, at + 8, name);
        Write32(file, at + 12, next);
    }

    private static void Section(Span<byte> file, int at, uint type, int start, int size, uint link)
    {
        Write32(file, at + 4, type);
        Write64(file, at + 0x18, (ulong)start);
        Write64(file, at + 0x20, (ulong)size);
        Write32(file, at + 0x28, link);
    }

    private static void Write16(Span<byte> file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file[at..], value);

    private static void Write64(Span<byte> file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file[at..], value);
}
