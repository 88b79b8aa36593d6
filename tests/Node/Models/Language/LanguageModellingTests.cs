using Distributed.Algorithms.Tensors;
using Distributed.Node.Models.Language;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Xunit;

namespace Distributed.Node.Tests.Models.Language;

public sealed class LanguageModellingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("text-").FullName;

    public LanguageModellingTests()
    {
        File.WriteAllText(Path.Combine(folder, "letters.txt"), string.Concat(Enumerable.Repeat("abcdefgh", 300)));
        File.WriteAllText(Path.Combine(folder, "numbers.txt"), string.Concat(Enumerable.Repeat("0123", 400)));
    }

    // Both domains repeat themselves: what is learned predicts what is held out.
    [Fact]
    public async Task Training_OnTextThatRepeats_PredictsTheHeldOutTextOfEachDomain()
    {
        using var federation = new LocalFederation(Spec("iid"), workers: 1);
        await federation.RunAsync();

        var result = await federation.EvaluateAsync();
        var scores = result.Domains!.ToDictionary(sum => sum.Name, sum => DomainScore.Of(sum.Tokens, sum.Bytes, sum.LossSum));

        Assert.Equal(["letters", "numbers"], scores.Keys.Order());
        Assert.Equal(result.Examples * 16, scores.Values.Sum(score => score.Tokens));
        Assert.All(scores.Values, score => Assert.InRange(score.BitsPerByte, 0, 1));
        var text = Generate(federation);
        Assert.Equal(text, Generate(federation));
        Assert.Equal("efghabcdefgh", text);
    }

    [Fact]
    public void Partition_ByDomain_GivesEachClientOne()
    {
        var problems = new List<string>();
        using var workload = Workloads.Create(Spec("domain"), NodePlugins.None, problems);

        Assert.Empty(problems);
        // 2,160 and 1,440 bytes to train on; a sequence of 16 begins with the token before it.
        Assert.Equal([134, 89], workload!.ClientExamples);
    }

    [Theory]
    [InlineData("""{ "name": "transformer", "width": 10, "heads": 3 }""", "model.heads")]
    [InlineData("""{ "name": "transformer", "context": 1000 }""", "domain letters has 2400 bytes")]
    [InlineData("""{ "name": "mlp" }""", "source text")]
    public void Model_ThatDoesNotFitTheText_IsAProblem(string model, string expected)
    {
        var problems = new List<string>();
        var spec = Spec("iid");
        using var workload = Workloads.Create(spec with { Model = Specs.Parse(Json("iid", model)).Model }, NodePlugins.None, problems);

        Assert.Null(workload);
        Assert.Contains(expected, string.Join('\n', problems), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Generate(LocalFederation federation)
    {
        using var generator = TextGenerator.Open(Spec("iid"), new TensorSet(federation.Manifest, federation.Model), 1, [])!;
        return generator.Generate("abcdefghabcd", new TextSampling(Length: 12, Temperature: 0), CancellationToken.None);
    }

    private RunSpec Spec(string partition) => Specs.Parse(Json(partition, """{ "name": "transformer", "width": 32, "layers": 1, "heads": 2, "context": 16 }"""));

    private string Json(string partition, string model) => $$"""
        {
          "kind": "federated", "name": "text", "rounds": 3,
          "data": { "source": "text", "path": "{{folder}}", "clients": 2, "partition": { "name": "{{partition}}" } },
          "model": {{model}},
          "training": { "epochs": 5, "batch": 8, "optimizer": { "name": "adamw", "learningRate": 0.01 } }
        }
        """;
}
