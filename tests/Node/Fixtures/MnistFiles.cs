using Xunit;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Where the real MNIST files are: the folder that DISTRIBUTED_DATA names, by default <c>shared/data</c> beside the repository.</summary>
internal static class MnistFiles
{
    public static string Folder { get; } = Path.Combine(Environment.GetEnvironmentVariable("DISTRIBUTED_DATA") ?? Beside(), "mnist");

    public static bool AreThere => Directory.Exists(Folder) && Directory.EnumerateFiles(Folder, "*-images-idx3-ubyte*").Any();

    /// <summary>The file whose name holds <paramref name="part"/>.</summary>
    public static string Find(string part) => Directory.EnumerateFiles(Folder, $"*{part}*").First();

    private static string Beside()
    {
        // The repository's root is the nearest folder with global.json.
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "global.json")))
        {
            root = root.Parent;
        }

        return Path.Combine(root?.Parent?.FullName ?? "/", "shared", "data");
    }
}

/// <summary>A theory on the real MNIST files, skipped where they are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MnistTheoryAttribute : TheoryAttribute
{
    public MnistTheoryAttribute()
    {
        if (!MnistFiles.AreThere)
        {
            Skip = $"no MNIST files in {MnistFiles.Folder}; set DISTRIBUTED_DATA";
        }
    }
}
