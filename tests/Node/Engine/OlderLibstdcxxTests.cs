using Distributed.Node.Engine;
using Xunit;

namespace Distributed.Node.Tests.Engine;

public sealed class OlderLibstdcxxTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("libstdcxx-").FullName;

    private string Library => Path.Combine(folder, "libLibTorchSharp.so");

    private string Cache => Path.Combine(folder, "cache");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Prepare_Library_IsACopyWithTheNeedOptional()
    {
        var copy = Prepare();

        var expected = ElfFile.Make();
        expected[ElfFile.Flags] = 2;
        Assert.Equal(expected, File.ReadAllBytes(copy));
        Assert.Equal(ElfFile.Make(), File.ReadAllBytes(Library));
    }

    [Fact]
    public void Prepare_Again_LeavesTheCopyAsItIs()
    {
        var copy = Prepare();
        File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);

        Assert.Equal(copy, Prepare());
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(copy));
    }

    // As a process leaves it that was killed, or a power cut.
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void Prepare_InterruptedCopy_IsMadeAnew(int bytes)
    {
        var copy = Prepare();
        var whole = File.ReadAllBytes(copy);
        File.WriteAllBytes(copy, whole[..bytes]);

        Assert.Equal(whole, File.ReadAllBytes(Prepare()));
    }

    [Fact]
    public void Prepare_DamagedCopy_IsMadeAnew()
    {
        var copy = Prepare();
        var whole = File.ReadAllBytes(copy);
        File.WriteAllBytes(copy, ElfFile.Make());

        Assert.Equal(whole, File.ReadAllBytes(Prepare()));
    }

    [Fact]
    public async Task Prepare_SeveralAtOnce_EachFindsAWholeCopy()
    {
        File.WriteAllBytes(Library, [.. ElfFile.Make(), .. new byte[1 << 20]]);
        using var together = new Barrier(8);
        var copies = await Task.WhenAll(Enumerable.Range(0, together.ParticipantCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait();
                return File.ReadAllBytes(OlderLibstdcxx.Prepare(Library, Cache));
            },
            TaskCreationOptions.LongRunning)));

        Assert.All(copies, copy => Assert.Equal(copies[0], copy));
        Assert.Single(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Prepare_CopyCannotBePutInPlace_SaysWhereAndLeavesNothingBehind()
    {
        var copy = Prepare();
        File.Delete(copy);
        Directory.CreateDirectory(copy);

        var error = Assert.Throws<DllNotFoundException>(Prepare);

        Assert.Contains(Path.GetDirectoryName(copy)!, error.Message, StringComparison.Ordinal);
        Assert.Contains("XDG_CACHE_HOME", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Prepare_LibraryWithoutTheNeed_SaysWhatToInstall()
    {
        File.WriteAllBytes(Library, ElfFile.Make()[..200]);

        Assert.Contains("libstdc++", Assert.Throws<DllNotFoundException>(() => OlderLibstdcxx.Prepare(Library, Cache)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Cache));
    }

    private string Prepare()
    {
        File.WriteAllBytes(Library, ElfFile.Make());
        return OlderLibstdcxx.Prepare(Library, Cache);
    }
}
