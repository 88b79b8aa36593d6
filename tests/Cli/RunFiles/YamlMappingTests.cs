using Distributed.Cli.RunFiles;

namespace Distributed.Cli.Tests.RunFiles;

public sealed class YamlMappingTests
{
    [Fact]
    public void Mapping_OfEveryKind_IsReadWithItsTypesAndLines()
    {
        var (mapping, origins) = Read("""
            text: plain
            quoted: "12"
            whole: 12
            real: 1.5e-3
            yes: true
            nothing:
            list: [1, two]
            nested:
              deep: { deeper: x }
            """);
        Assert.Equal(
            """{"text":"plain","quoted":"12","whole":12,"real":0.0015,"yes":true,"nothing":null,"list":[1,"two"],"nested":{"deep":{"deeper":"x"}}}""",
            mapping.ToJsonString());
        Assert.Equal(9, origins["nested.deep.deeper"].Line);
        Assert.Equal(7, origins["list[1]"].Line);
    }

    [Theory]
    [InlineData("a: 1\n\tb: 2", 2, "indented with a tab")]
    [InlineData("a: 1\na: 2", 2, "a: is written twice; the first is in line 1")]
    [InlineData("a: &x 1", 1, "anchors")]
    [InlineData("a: *x", 1, "aliases")]
    [InlineData("a: !!str 1", 1, "tags")]
    [InlineData("a: 1\n---\nb: 2", 2, "second document")]
    [InlineData("- a", 1, "not a mapping")]
    [InlineData("", 0, "empty")]
    [InlineData("a: [1", 2, "not YAML")]
    [InlineData("? [a, b]\n: 1", 1, "a key must be a word")]
    public void Text_ThatARunFileCannotHave_IsRefusedWithItsLine(string text, int line, string expected)
    {
        var mistakes = new List<Mistake>();
        YamlMapping.Read(text, "file", mistakes);
        var mistake = Assert.Single(mistakes);
        Assert.Equal(line, mistake.Origin.Line);
        Assert.Contains(expected, mistake.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_WithoutEnd_IsRefusedAtTheLimit()
    {
        var mistakes = new List<Mistake>();
        YamlMapping.Read("a: " + new string('[', 5000) + new string(']', 5000), "file", mistakes);
        Assert.Contains("deeper than 32", Assert.Single(mistakes).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AliasBomb_IsNotExpanded()
    {
        var mistakes = new List<Mistake>();
        YamlMapping.Read("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]", "file", mistakes);
        Assert.Equal(7, mistakes.Count);
    }

    [Theory]
    [InlineData("1e999")]
    [InlineData(".nan")]
    [InlineData("0x1F")]
    [InlineData("1_000")]
    public void Scalar_ThatIsNoFiniteDecimalNumber_IsText(string text) =>
        Assert.Equal(System.Text.Json.JsonValueKind.String, YamlScalar.Resolve(text)!.GetValueKind());

    private static (System.Text.Json.Nodes.JsonObject Mapping, Dictionary<string, Origin> Origins) Read(string text)
    {
        var mistakes = new List<Mistake>();
        var read = YamlMapping.Read(text, "file", mistakes);
        Assert.Empty(mistakes);
        return read!.Value;
    }
}
