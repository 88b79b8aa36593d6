using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Dependencies;

/// <summary>Who may depend on whom, in the project files and in what was compiled.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protocols"] = [],
        ["Algorithms"] = [],
        ["Collectives"] = ["Protocols", "Algorithms"],
        ["Reports"] = ["Protocols", "Algorithms"],
        ["Coordinator"] = ["Protocols", "Algorithms", "Reports"],
        ["Node"] = ["Protocols", "Algorithms"],
        ["Cli"] = ["Protocols", "Algorithms", "Reports", "Coordinator", "Node"],
    };

    // Packages that not every project may refer to, and those that may: a coordinator never loads libtorch, a node has no silo.
    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["TorchSharp"] = ["Node"],
        ["Microsoft.Orleans.Server"] = ["Coordinator"],
        ["Grpc.AspNetCore"] = ["Coordinator"],
        ["Grpc.Net.Client"] = ["Node", "Cli"],
    };

    public static TheoryData<string> SourceProjects => [.. Repository.Projects("src").Select(x => x.Name)];

    [Fact]
    public void Projects_OfTheDesign_AllExist()
    {
        Findings.None(Allowed.Keys.Except(Repository.Projects("src").Select(x => x.Name)));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_ReferencesOnlyWhatItMay(string name)
    {
        var project = Source(name);
        var ours = project.References.Select(x => x.Split('/')[^1]);

        Assert.True(Allowed.ContainsKey(name), $"src/{name} is not in the design.");
        Findings.None(ours.Except(Allowed[name]));
        Findings.None(project.Packages.Where(package => AllowedPackages.TryGetValue(package, out var users) && !users.Contains(name)));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Assembly_UsesOnlyWhatItMay(string name)
    {
        var used = Source(name).Load().GetReferencedAssemblies().Select(x => x.Name!)
            .Where(x => x.StartsWith("Distributed.", StringComparison.Ordinal))
            .Select(x => x["Distributed.".Length..]);

        Findings.None(used.Except(Allowed[name]));
    }

    [Fact]
    public void Internals_AreShownToOwnTestsOnly()
    {
        var shown = from project in Repository.Projects("src")
                    from friend in project.Friends
                    where !(friend.StartsWith("Distributed.", StringComparison.Ordinal) && friend.EndsWith(".Tests", StringComparison.Ordinal))
                    select $"{project.Name} to {friend}";

        Findings.None(shown);
    }

    [Fact]
    public void Internals_AreShownInProjectFilesOnly()
        => Findings.None(Repository.Files("src")
            .Where(x => x.Code.Contains("InternalsVisibleTo", StringComparison.Ordinal)).Select(x => x.Path));

    private static Project Source(string name) => Repository.Projects("src").Single(x => x.Name == name);
}
