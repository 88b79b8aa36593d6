using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Xunit;

namespace Distributed.Node.Tests.Hosting;

public sealed class NodeSpecsTests
{
    private const string Good = """
        {
          "kind": "federated", "name": "good", "rounds": 1,
          "data": { "source": "glyphs", "partition": { "name": "dirichlet", "alpha": 0.5 } },
          "model": { "name": "mlp", "hidden": [64, 32] },
          "training": { "optimizer": { "name": "adamw", "learningRate": 0.001 } }
        }
        """;

    [Fact]
    public void Validate_GoodRun_HasNoProblem() => Assert.Empty(Problems(Good));

    [Theory]
    [InlineData("glyphs", "glyph", "data.source: no source is called 'glyph'; did you mean 'glyphs'?")]
    [InlineData("\"glyphs\"", "\"mnist\"", "data.path: is required")]
    [InlineData("\"glyphs\"", "\"none\"", "data.source: model mlp needs data")]
    [InlineData("\"mlp\"", "\"mpl\"", "model.name: no model is called 'mpl'; did you mean 'mlp'?")]
    [InlineData("[64, 32]", "[64, 0]", "model.hidden: every item must be from 1 to")]
    [InlineData("\"hidden\"", "\"hiden\"", "model.hiden: unknown key; did you mean 'hidden'?")]
    [InlineData("adamw", "adamww", "training.optimizer.name: no optimizer is called 'adamww'; did you mean 'adamw'?")]
    [InlineData("0.001", "-1", "training.optimizer.learningRate: must be from 0")]
    [InlineData("0.001", "\"fast\"", "training.optimizer.learningRate: expected a number")]
    [InlineData("\"alpha\": 0.5", "\"alpha\": 0", "data.partition.alpha: must be from")]
    [InlineData("\"mlp\", \"hidden\": [64, 32]", "\"blob\", \"megabytes\": 0", "model.megabytes: must be from 1")]
    public void Validate_Mistake_IsNamedWithItsPath(string right, string wrong, string expected)
    {
        var problems = Problems(Good.Replace(right, wrong, StringComparison.Ordinal));

        Assert.Contains(problems, problem => problem.ToString().StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_SeveralMistakes_FindsThemAll() => Assert.Equal(3, Problems(Good
        .Replace("mlp", "mpl", StringComparison.Ordinal)
        .Replace("adamw", "adamv", StringComparison.Ordinal)
        .Replace("dirichlet", "dirichelt", StringComparison.Ordinal)).Count);

    private static List<SpecProblem> Problems(string json)
    {
        var problems = new List<SpecProblem>();
        NodeSpecs.Validate(Specs.Parse(json), problems);
        return problems;
    }
}
