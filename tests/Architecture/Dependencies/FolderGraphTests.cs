using Distributed.Architecture.Tests.Source;
using Xunit;

namespace Distributed.Architecture.Tests.Dependencies;

/// <summary>Folders inside a project form no circle: one can be read after the other.</summary>
public sealed class FolderGraphTests
{
    public static TheoryData<string> Projects => [.. Repository.Projects("src").Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_OfAProject_FormNoCircle(string name)
        => Findings.None(FolderGraph.Of(Repository.Projects("src").Single(project => project.Name == name).Load()).ShortestCircle());

    [Fact]
    public void ShortestCircle_OfSeveral_IsFoundWithWhoMakesIt()
    {
        var graph = FolderGraph.Empty();
        graph.Add("A", "B", "a -> b");
        graph.Add("B", "C", "b -> c");
        graph.Add("C", "A", "c -> a");
        graph.Add("D", "E", "d -> e");
        graph.Add("E", "D", "e -> d");
        graph.Add("A", "D", "a -> d");

        Assert.Equal(["D uses E: d -> e", "E uses D: e -> d"], graph.ShortestCircle());
    }

    [Fact]
    public void ShortestCircle_OfALadder_IsNone()
    {
        var graph = FolderGraph.Empty();
        graph.Add("A", "B", "");
        graph.Add("A", "C", "");
        graph.Add("B", "C", "");
        graph.Add("C", "C", "");

        Assert.Empty(graph.ShortestCircle());
    }

    [Fact]
    public void Of_ThisAssembly_SeesUsesInBodiesOnly()
    {
        // This class uses Findings and Repository of another folder, in bodies alone.
        var line = Assert.Single(FolderGraph.Of(typeof(FolderGraphTests).Assembly).Uses("Distributed.Architecture.Tests.Dependencies"), use => use.Contains(".Source", StringComparison.Ordinal));

        Assert.StartsWith("Distributed.Architecture.Tests.Source", line, StringComparison.Ordinal);
    }
}
