namespace Distributed.Coordinator.Tests.Support;

internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("distributed-test-").FullName;

    public string[] Files(string pattern = "*") =>
        [.. Directory.EnumerateFiles(Path, pattern, SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(Path, file)).Order(StringComparer.Ordinal)];

    public string Single(string pattern) => System.IO.Path.Combine(Path, Assert.Single(Files(pattern)));

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
