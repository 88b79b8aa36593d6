using System.Diagnostics;
using Distributed.Cli.Artifacts;

namespace Distributed.Cli.Tests.Artifacts;

public sealed class OutputPathTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("output-");

    [Fact]
    public void Resolve_LinkToAFile_IsTheFile()
    {
        File.WriteAllText(In("real"), "");
        File.CreateSymbolicLink(In("link"), "real");
        File.CreateSymbolicLink(In("second"), "link");

        Assert.Equal(In("real"), OutputPath.Resolve(In("second")));
    }

    [Fact]
    public void Resolve_LinkToNothing_IsTheNameItPointsTo()
    {
        File.CreateSymbolicLink(In("link"), "to-come");

        Assert.Equal(In("to-come"), OutputPath.Resolve(In("link")));
    }

    [Theory]
    [InlineData("new")]
    [InlineData("empty")]
    public void Resolve_FileOrNothing_IsItself(string name)
    {
        File.WriteAllText(In("empty"), "");

        Assert.Equal(In(name), OutputPath.Resolve(In(name)));
    }

    [Fact]
    public void Resolve_DevicePipeOrFolder_IsRefused()
    {
        using var made = Process.Start("mkfifo", In("pipe"));
        made.WaitForExit();

        Assert.Contains("device or a pipe", Assert.Throws<IOException>(() => OutputPath.Resolve("/dev/null")).Message, StringComparison.Ordinal);
        Assert.Contains("device or a pipe", Assert.Throws<IOException>(() => OutputPath.Resolve(In("pipe"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => OutputPath.Resolve(folder.FullName)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string In(string name) => Path.Combine(folder.FullName, name);
}
