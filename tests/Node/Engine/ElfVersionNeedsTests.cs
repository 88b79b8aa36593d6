using Distributed.Node.Engine;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Distributed.Node.Tests.Engine;

public sealed class ElfVersionNeedsTests
{
    [Fact]
    public void MakeOptional_TheVersion_ChangesItsFlagAlone()
    {
        var file = ElfFile.Make();
        var expected = ElfFile.Make();
        expected[ElfFile.Flags] = 2;

        Assert.True(ElfVersionNeeds.MakeOptional(file, ElfFile.Asked));
        Assert.Equal(expected, file);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("GLIBCXX_3.4.320")]
    [InlineData("LIBCXX_3.4.33")]
    public void MakeOptional_AnotherVersion_ChangesNothing(string version) => AssertUntouched(ElfFile.Make(), version);

    [Fact]
    public void MakeOptional_NameThatEndsWithTheFile_ChangesNothing() => AssertUntouched(ElfFile.WithNamesAtTheEnd());

    // A list that leads back to itself, in front of the file, or nowhere: the libraries' first, then the versions'.
    [Theory]
    [InlineData(ElfFile.Needs + 12, 0xffff_ffe0)]
    [InlineData(ElfFile.Needs + 12, 0x8000_0000)]
    [InlineData(ElfFile.Needs + 12, 0x7fff_fff0)]
    [InlineData(ElfFile.Needs + 8, 0xffff_fff0)]
    [InlineData(ElfFile.Needs + 48 + 12, 0xffff_fff0)]
    [InlineData(ElfFile.Needs + 48 + 12, 0x8000_0000)]
    [InlineData(ElfFile.Needs + 48 + 12, 0x7fff_fff0)]
    [InlineData(ElfFile.Needs + 48 + 8, 0xffff_ffff)]
    public void MakeOptional_ListThatLeadsAstray_ChangesNothing(int at, uint offset)
    {
        var file = ElfFile.Make();
        ElfFile.Write32(file, at, offset);

        AssertUntouched(file);
    }

    // Many libraries that each name all the same versions: far more steps than the file has records.
    [Fact]
    public void MakeOptional_MoreRecordsThanThereIsRoom_EndsAtOnce()
    {
        var file = new byte[4 << 20];
        ElfFile.Make().CopyTo(file, 0);
        ElfFile.Write32(file, ElfFile.Needs + 2, 0xffff);
        ElfFile.Write32(file, ElfFile.Needs + 12, 1);

        AssertUntouched(file);
    }

    [Fact]
    public void MakeOptional_AnyFile_EndsWithNothingButFlagsChanged()
    {
        var damage = Gen.Choose(0, ElfFile.Make().Length - 1).Zip(Gen.Choose(0, 255)).ListOf();
        Prop.ForAll(damage.Zip(Gen.Choose(0, ElfFile.Make().Length)).ToArbitrary(), given =>
        {
            var file = ElfFile.Make();
            foreach (var (at, value) in given.Item1)
            {
                file[at] = (byte)value;
            }

            file = file[..given.Item2];
            var before = file.ToArray();
            var found = ElfVersionNeeds.MakeOptional(file, ElfFile.Asked);

            return before.Zip(file).All(pair => pair.First == pair.Second || (pair.First | 2) == pair.Second) && (found || before.AsSpan().SequenceEqual(file));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static void AssertUntouched(byte[] file, string version = ElfFile.Asked)
    {
        var before = file.ToArray();

        Assert.False(ElfVersionNeeds.MakeOptional(file, version));
        Assert.Equal(before, file);
    }
}
