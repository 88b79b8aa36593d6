using System.Text.Json.Nodes;
using Distributed.Protocols.Runs;
using Xunit;

namespace Distributed.Protocols.Tests.Runs;

public sealed class RunSpecJsonTests
{
    private const string Example = """
        {"kind":"federated","name":"glyphs-fedavg","seed":1,"rounds":20,
         "data":{"source":"glyphs","clients":10,"partition":{"name":"dirichlet","alpha":0.5}},
         "model":{"name":"mlp","hidden":[256]},
         "training":{"epochs":1,"batch":32,"optimizer":{"name":"sgd","learningRate":0.05,"momentum":0.9}},
         "cohort":{"fraction":1.0,"quorum":0.8,"deadline":"60s"}}
        """;

    [Fact]
    public void Parse_Example_BindsEverySection()
    {
        var spec = Parse(Example, out var problems);

        Assert.Empty(problems);
        Assert.Equal(20, spec!.Rounds);
        Assert.Equal("dirichlet", spec.Data.Partition.Name);
        Assert.Equal(0.5, spec.Data.Partition.Parameters["alpha"]!.GetValue<double>());
        Assert.Equal(TimeSpan.FromSeconds(60), spec.Cohort.Deadline);
        Assert.Equal("fedavg", spec.Aggregator.Name);
        Assert.True(spec.Durable);
    }

    [Fact]
    public void Write_Parsed_IsAFixedPointAndHashesAlike()
    {
        var spec = Parse(Example, out _)!;
        var again = Parse(RunSpecJson.Write(spec), out var problems)!;

        Assert.Empty(problems);
        Assert.Equal(RunSpecJson.Write(spec), RunSpecJson.Write(again));
        Assert.Equal(RunSpecJson.Hash(spec), RunSpecJson.Hash(again));
    }

    [Fact]
    public void Parse_SeveralMistakes_ListsAllWithNearestKeys()
    {
        const string bad = """
            {"kind":"federatd","name":"Bad Name","rounds":0,"roundz":3,
             "data":{"source":"glyphs","clients":"ten","partition":"iid"},
             "training":{"epochs":1.5},
             "cohort":{"quorum":1.5,"deadline":"soon"}}
            """;

        var spec = Parse(bad, out var problems);

        Assert.Null(spec);
        var text = problems.ToDictionary(problem => problem.Path, problem => problem.Message);
        Assert.Equal("must be federated, got \"federatd\"", text["kind"]);
        Assert.Contains("[a-z0-9-]", text["name"], StringComparison.Ordinal);
        Assert.Contains("from 1 to", text["rounds"], StringComparison.Ordinal);
        Assert.Contains("did you mean 'rounds'?", text["roundz"], StringComparison.Ordinal);
        Assert.Contains("whole number", text["data.clients"], StringComparison.Ordinal);
        Assert.Contains("name", text["data.partition"], StringComparison.Ordinal);
        Assert.Contains("whole number", text["training.epochs"], StringComparison.Ordinal);
        Assert.Contains("from 0 to 1", text["cohort.quorum"], StringComparison.Ordinal);
        Assert.Contains("duration", text["cohort.deadline"], StringComparison.Ordinal);
        Assert.Contains("required", text["model"], StringComparison.Ordinal);
        Assert.Equal(10, text.Count);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\",\"name\":\"b\"}")]
    [InlineData("null")]
    public void Parse_NotAMapping_IsAProblemNotAnException(string json)
    {
        Assert.Null(Parse(json, out var problems));
        Assert.NotEmpty(problems);
    }

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("60s", 60)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    public void Duration_Written_IsReadBack(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds);
        Assert.True(DurationText.TryParse(DurationText.Format(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("-5s")]
    [InlineData("NaNs")]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("1e300h")]
    public void Duration_Nonsense_IsRefused(string text) => Assert.False(DurationText.TryParse(text, out _));

    private static RunSpec? Parse(string json, out List<SpecProblem> problems) => RunSpecJson.Parse(json, problems = []);
}
