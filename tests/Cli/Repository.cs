using System.Reflection;

namespace Distributed.Cli.Tests;

/// <summary>Files of the repository that tests compare with.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>The file holds the text; or, when <c>DISTRIBUTED_UPDATE=1</c> asks for it, gets it.</summary>
    public static void AssertHolds(string path, string expected)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("DISTRIBUTED_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, expected);
        }

        var actual = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.True(actual == expected, $"{path} is stale; look at the difference after: DISTRIBUTED_UPDATE=1 ./test Cli\n{expected}");
    }
}
