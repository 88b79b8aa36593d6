using Distributed.Node.Data.Partitioning;
using Distributed.Node.Tests.Fixtures;
using Xunit;

namespace Distributed.Node.Tests.Data;

public sealed class GivenPartitionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("given-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Deal_AFile_GivesEachClientItsLine()
    {
        Assert.Equal([[3, 1], [0, 4], [9]], Deal("3 1\n0,4\n  9 \n", 3)!);
        Assert.Equal([[3, 1], [0, 4], [9]], Deal("3, 1\r\n0\t4\r\n9", 3)!);
    }

    [Fact]
    public void Deal_EmptyLineWithMinimumZero_IsAClientWithoutExamples() => Assert.Equal([[], [2]], Deal("\n2\n", 2, minimum: 0)!);

    [Theory]
    [InlineData("0\n1\n10\n", "line 3: index 10 is out of range, there are 10 training examples (0 to 9)")]
    [InlineData("0\n1\n-1\n", "line 3: '-1' is not the index of an example")]
    [InlineData("0\n1\n2 x\n", "line 3: 'x' is not the index of an example")]
    [InlineData("0\n1\n2 1.5\n", "line 3: '1.5' is not the index of an example")]
    [InlineData("0\n1\n99999999999\n", "line 3: '99999999999' is not the index of an example")]
    [InlineData("0\n1 7\n2 7\n", "line 3: index 7 is client 1's already (line 2)")]
    [InlineData("0\n1\n7 7\n", "line 3: index 7 stands there twice")]
    [InlineData("0\n\n7\n", "line 2: client 1 gets no examples, expected at least 1; add some, or set minimum to 0")]
    [InlineData("0\n1\n", "has 2 lines, expected one for each of the 3 clients (data.clients)")]
    [InlineData("0\n", "has 1 line, expected")]
    [InlineData("0\n1\n2\n3\n", "has more than 3 lines, expected one for each of the 3 clients")]
    [InlineData("", "is empty, expected a line for each of the 3 clients")]
    public void Deal_AMistakeInTheFile_IsNamedWithLineAndIndex(string text, string expected) =>
        Assert.Contains(expected, Assert.Single(Problems(text, 3)), StringComparison.Ordinal);

    [Fact]
    public void Deal_SeveralMistakes_AreListedTogether() => Assert.Equal(3, Problems("0 0\n1 10\n2 x\n", 3).Count);

    [Fact]
    public void Deal_AnotherFileByMistake_StopsAfterTenMistakes() => Assert.Equal(10, Problems(string.Join(' ', Enumerable.Repeat("word", 5000)), 3).Count);

    [Fact]
    public void Deal_NoFile_SaysSo()
    {
        var problems = new List<string>();

        Assert.Null(Deal(Path.Combine(folder, "absent"), 3, 1, problems));
        Assert.Contains("absent: no such file on this node", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Deal_NoPath_IsRequired()
    {
        var problems = new List<string>();

        Assert.Null(Partitioners.Deal(Specs.Parse(Json("""{ "name": "given" }""", 3)), new int[10], problems));
        Assert.Contains("data.partition.path: is required", Assert.Single(problems), StringComparison.Ordinal);
    }

    private List<string> Problems(string text, int clients)
    {
        var problems = new List<string>();
        Assert.Null(Deal(Written(text), clients, 1, problems));
        return problems;
    }

    private int[][]? Deal(string text, int clients, int minimum = 1)
    {
        var problems = new List<string>();
        var dealt = Deal(Written(text), clients, minimum, problems);
        Assert.Empty(problems);
        return dealt;
    }

    private static int[][]? Deal(string path, int clients, int minimum, List<string> problems) => Partitioners.Deal(
        Specs.Parse(Json($$"""{ "name": "given", "path": "{{path}}", "minimum": {{minimum}} }""", clients)), new int[10], problems)?.Clients.ToArray();

    private string Written(string text)
    {
        var path = Path.Combine(folder, "given.txt");
        File.WriteAllText(path, text);
        return path;
    }

    private static string Json(string partition, int clients) => $$"""
        {
          "kind": "federated", "name": "deal", "rounds": 1, "model": { "name": "linear" },
          "data": { "source": "glyphs", "clients": {{clients}}, "partition": {{partition}} }
        }
        """;
}
