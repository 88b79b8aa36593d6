using Distributed.Node.Scratch;
using Xunit;

namespace Distributed.Node.Tests.Scratch;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("scratch-");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public void Create_ThenDispose_LeavesNothing()
    {
        using (var folder = ScratchFolder.Create([parent.FullName], int.MaxValue))
        {
            File.WriteAllText(Path.Combine(folder.Path, "a"), "a");
            Assert.Equal(parent.FullName, Path.GetDirectoryName(folder.Path));
        }

        Assert.Empty(Directory.GetFileSystemEntries(parent.FullName));
    }

    [Fact]
    public void Create_BesideADeadProcessesFolder_RemovesThatOneOnly()
    {
        // What kill -9 leaves: a lock file that nobody holds.
        var dead = Directory.CreateDirectory(Path.Combine(parent.FullName, "dist-dead"));
        File.WriteAllText(Path.Combine(dead.FullName, ".lock"), "");
        File.WriteAllText(Path.Combine(dead.FullName, "coordinator.sock"), "");
        var foreign = Directory.CreateDirectory(Path.Combine(parent.FullName, "dist-foreign"));
        using var alive = ScratchFolder.Create([parent.FullName], int.MaxValue);
        using var next = ScratchFolder.Create([parent.FullName], int.MaxValue);
        Assert.Equal(
            new[] { alive.Path, foreign.FullName, next.Path }.Order(StringComparer.Ordinal), Directory.GetDirectories(parent.FullName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Create_FirstParentMissing_TakesTheNext()
    {
        using var folder = ScratchFolder.Create([Path.Combine(parent.FullName, "missing"), parent.FullName], int.MaxValue);
        Assert.Equal(parent.FullName, Path.GetDirectoryName(folder.Path));
    }

    [Fact]
    public void Create_FirstParentTooLong_TakesTheNext()
    {
        var deep = Directory.CreateDirectory(Path.Combine(parent.FullName, new string('x', 90))).FullName;
        using var folder = ScratchFolder.Create([deep, parent.FullName], longest: 80);
        Assert.Equal(parent.FullName, Path.GetDirectoryName(folder.Path));
        Assert.Empty(Directory.GetFileSystemEntries(deep));
    }

    [Fact]
    public void Create_NoParentWillDo_SaysWhyForEach()
    {
        var missing = Path.Combine(parent.FullName, "missing");
        var deep = Path.Combine(parent.FullName, new string('x', 90));
        var error = Assert.Throws<IOException>(() => ScratchFolder.Create([missing, deep], longest: 80));
        Assert.Contains($"{missing} does not exist; {deep} is too long", error.Message, StringComparison.Ordinal);
        Assert.Contains("TMPDIR", error.Message, StringComparison.Ordinal);
    }
}
