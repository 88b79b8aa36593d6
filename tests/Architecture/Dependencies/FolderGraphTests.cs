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
        => Findings.None(Read(name).ShortestCircle());

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_WithTheirSubFolders_FormNoCircle(string name)
        => Findings.None(Read(name).Folded($"Distributed.{name}").ShortestCircle());

    [Fact]
    public void ShortestCircle_OfFolded_CountsSubFoldersAsTheirFolder()
    {
        var graph = FolderGraph.Empty();
        graph.Add("P.A.One", "P.B", "one -> b");
        graph.Add("P.B", "P.A.Two", "b -> two");
        graph.Add("P.A.One", "P.A.Two", "one -> two");

        Assert.Empty(graph.ShortestCircle());
        Assert.Equal(["P.A uses P.B: one -> b", "P.B uses P.A: b -> two"], graph.Folded("P").ShortestCircle());
    }

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

    [Theory]
    [InlineData("Caught")]
    [InlineData("Attributed")]
    [InlineData("Constrained")]
    public void Of_ThisAssembly_SeesATypeThatIsOnly(string used)
        => Assert.Contains(
            $"{typeof(FolderGraphTests).Namespace}.Fixtures.Used",
            FolderGraph.Of(typeof(FolderGraphTests).Assembly).Uses($"{typeof(FolderGraphTests).Namespace}.Fixtures.{used}"));

    private static FolderGraph Read(string project) => FolderGraph.Of(Repository.Projects("src").Single(x => x.Name == project).Load());
}
