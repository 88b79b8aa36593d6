using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Dependencies;

/// <summary>Who may depend on whom, in the project files and in what was compiled.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Hosts = ["Coordinator", "Node"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Protocols"] = [],
        ["Algorithms"] = [],
        ["Collectives"] = ["Algorithms"],
        ["Coordinator"] = ["Protocols", "Algorithms", "Collectives"],
        ["Node"] = ["Protocols", "Algorithms", "Collectives"],
        ["Cli"] = ["Protocols", "Algorithms", "Collectives", "Coordinator", "Node"],
    };

    private static readonly Dictionary<string, string[]> AllowedEngines = new()
    {
        ["Protocols"] = ["Grpc.Core.Api"],
        ["Algorithms"] = ["Torch"],
        ["Collectives"] = ["Torch"],
        ["Coordinator"] = ["Grpc.Core.Api", "Grpc.AspNetCore", "Orleans"],
        ["Node"] = ["Grpc.Core.Api", "Grpc.Net.Client", "Torch"],
        ["Cli"] = ["Grpc.Core.Api", "Grpc.Net.Client", "Torch"],
    };

    public static TheoryData<string> SourceProjects => [.. Repository.Projects("src").Select(x => x.Name)];

    public static TheoryData<string> CompatProjects => [.. Repository.Projects("compat").Select(x => x.Name)];

    [Fact]
    public void Projects_OfTheDesign_AllExist()
    {
        string[] engines = ["Grpc.AspNetCore", "Grpc.Core.Api", "Grpc.Net.Client", "Orleans", "Torch", "Adapters.Packages", "Adapters.System"];

        Findings.None(Allowed.Keys.Except(Repository.Projects("src").Select(x => x.Name)));
        Findings.None(engines.Except(Repository.Projects("compat").Select(x => x.Name)));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Project_ReferencesOnlyWhatItMay(string name)
    {
        var project = Source(name);
        var adapters = project.References.Where(x => x.StartsWith("compat/Adapters.", StringComparison.Ordinal));
        var ours = project.References.Except(adapters).Select(x => x.Split('/')[^1]);

        Assert.True(Allowed.ContainsKey(name), $"src/{name} is not in the design.");
        Findings.None(ours.Except(Allowed[name]));
        Findings.None(project.Engines.Except(AllowedEngines[name]));
        Assert.True(!adapters.Any() || name is "Node" or "Cli", $"{name} is no composition root: it references {string.Join(", ", adapters)}.");
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Assembly_UsesOnlyWhatItMay(string name)
    {
        var used = Source(name).Load().GetReferencedAssemblies().Select(x => x.Name!)
            .Where(x => x.StartsWith("Distributed.", StringComparison.Ordinal) && !x.StartsWith("Distributed.Compat.", StringComparison.Ordinal))
            .Select(x => x["Distributed.".Length..]);

        Findings.None(used.Except(Allowed[name]));
    }

    [Theory]
    [MemberData(nameof(CompatProjects))]
    public void Compat_StandsOnCompatOnly(string name)
    {
        var project = Repository.Projects("compat").Single(x => x.Name == name);
        var adapter = name.StartsWith("Adapters.", StringComparison.Ordinal);

        Findings.None(project.References.Select(x => x.Split('/')[^1]).Intersect(adapter ? [.. Hosts, "Cli", "Protocols"] : Allowed.Keys));
    }

    [Fact]
    public void Compat_Assemblies_AreNamedSo()
        => Assert.All(Repository.Projects("compat"), x => Assert.StartsWith("Distributed.Compat.", x.BuiltName, StringComparison.Ordinal));

    [Fact]
    public void Internals_AreShownToOwnTestsOnly()
    {
        var shown = from project in Repository.Projects("src").Concat(Repository.Projects("compat"))
                    from friend in project.Friends
                    where !(friend.StartsWith("Distributed.", StringComparison.Ordinal) && friend.EndsWith(".Tests", StringComparison.Ordinal))

                    // The adapter is compat/Torch's other half: it needs the handles that only it may touch.
                    where (project.Name, friend) != ("Torch", "Distributed.Compat.Adapters.System")
                    select $"{project.Name} to {friend}";

        Findings.None(shown);
    }

    [Fact]
    public void Internals_AreShownInProjectFilesOnly()
        => Findings.None(Repository.Files("src").Concat(Repository.Files("compat"))
            .Where(x => x.Code.Contains("InternalsVisibleTo", StringComparison.Ordinal)).Select(x => x.Path));

    private static Project Source(string name) => Repository.Projects("src").Single(x => x.Name == name);
}
