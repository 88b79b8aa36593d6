namespace Distributed.Architecture.Tests.Source;

/// <summary>The working tree that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Projects of a top-level folder, by folder name.</summary>
    public static IReadOnlyList<Project> Projects(string folder)
    {
        var directory = new DirectoryInfo(Path.Combine(Root, folder));
        return directory.Exists
            ? [.. directory.EnumerateFiles("*.csproj", SearchOption.AllDirectories).Where(IsSource).Select(x => Project.Read(x.FullName)).OrderBy(x => x.Name, StringComparer.Ordinal)]
            : [];
    }

    /// <summary>C# files below a folder, without what builds leave behind.</summary>
    public static IEnumerable<SourceFile> Files(string folder)
    {
        var directory = new DirectoryInfo(Path.Combine(Root, folder));
        return directory.Exists
            ? directory.EnumerateFiles("*.cs", SearchOption.AllDirectories).Where(IsSource).Select(x => SourceFile.Read(Root, x.FullName))
            : [];
    }

    private static bool IsSource(FileInfo file)
        => !file.FullName.Contains("/artifacts/", StringComparison.Ordinal) && !file.FullName.Contains("/obj/", StringComparison.Ordinal);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Directory.Packages.props")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
