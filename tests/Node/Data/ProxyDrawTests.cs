using Distributed.Node.Data;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class ProxyDrawTests
{
    private static readonly int[] Labels = [.. Enumerable.Range(0, 1000).Select(i => i * i % 7)];
    private static readonly int[] Classes = [.. Labels.Distinct()];

    [Fact]
    public void Draw_EnoughOfEachClass_IsBalancedAscendingAndWithoutRepeats()
    {
        var drawn = Draw(1, 50)!;

        Assert.Equal(50, drawn.Distinct().Count());
        Assert.Equal(drawn.Order(), drawn);
        var counts = drawn.GroupBy(index => Labels[index]).Select(group => group.Count()).ToList();
        Assert.Equal(Classes.Length, counts.Count);
        Assert.True(counts.Max() - counts.Min() <= 1);
    }

    [Fact]
    public void Draw_SameSeed_SameExamplesOtherSeedOthers()
    {
        Assert.Equal(Draw(3, 50), Draw(3, 50));
        Assert.NotEqual(Draw(3, 50), Draw(4, 50));
    }

    [Fact]
    public void Draw_AClassRunsOut_OthersFillUp()
    {
        int[] labels = [0, 0, 0, 0, 0, 0, 1, 1];
        var drawn = ProxyDraw.Draw(1, 7, labels, [0, 1], 0, "test examples", [])!;

        Assert.Equal(7, drawn.Length);
        Assert.Equal([6, 7], drawn.Where(index => labels[index] == 1));
    }

    [Fact]
    public void Draw_SeveralMistakes_AreAllListed()
    {
        var problems = new List<string>();
        Assert.Null(ProxyDraw.Draw(1, 2, [0, 5], [0, 1, 2], 1, "test examples", problems));

        Assert.Equal(4, problems.Count);
        Assert.Contains(problems, problem => problem.Contains("2 are fewer than one for each of the 3 classes", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("of 2 test examples 1 must be left", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("none of class 1, 2", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("some of class 5, which is not trained on", StringComparison.Ordinal));
    }

    private static int[]? Draw(int seed, int count)
    {
        var problems = new List<string>();
        var drawn = ProxyDraw.Draw(seed, count, Labels, Classes, 1, "test examples", problems);
        Assert.Empty(problems);
        return drawn;
    }
}
