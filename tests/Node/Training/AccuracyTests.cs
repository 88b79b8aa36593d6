using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Runs;
using Xunit;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Training;

public sealed class AccuracyTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Glyphs_MultilayerPerceptron_ReachesNinetyFivePercent() =>
        Assert.InRange(await AccuracyOnGlyphsAsync("""{ "name": "mlp" }"""), 0.95, 1.0);

    // Running statistics are averaged like weights; wrong ones would ruin the evaluation.
    [Fact]
    public async Task Glyphs_ResidualNetwork_ReachesEightyFivePercentInThreeRounds() => Assert.InRange(
        await AccuracyAsync(Specs.Parse("""
            {
              "kind": "federated", "name": "glyphs", "rounds": 3, "data": { "source": "glyphs", "clients": 2 },
              "model": { "name": "resnet", "widths": [8, 16] },
              "training": { "batch": 32, "optimizer": { "name": "sgd", "learningRate": 0.05, "momentum": 0.9 } }
            }
            """)),
        0.85,
        1.0);

    // What the example is for: the polarity of an image is random, and no linear model can undo that.
    [Fact]
    public async Task Glyphs_LinearModel_StaysUnderNinetyPercent() =>
        Assert.InRange(await AccuracyOnGlyphsAsync("""{ "name": "linear" }"""), 0.2, 0.9);

    [MnistTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Mnist_TwentyRoundsOfAveraging_ReachesTheReference(int seed)
    {
        using var federation = new LocalFederation(Specs.Mnist(seed, MnistFiles.Folder), workers: 2);

        await federation.RunAsync();

        var result = await federation.EvaluateAsync(shards: 2);
        output.WriteLine($"accuracy {(double)result.Correct / result.Examples:0.0000}, {federation.Steps} steps in {federation.Training.TotalSeconds:0.00} s of training, {federation.Processor.TotalSeconds:0.00} s of processor");
        Assert.InRange((double)result.Correct / result.Examples, 0.945, 1.0);
    }

    private Task<double> AccuracyOnGlyphsAsync(string model) => AccuracyAsync(Specs.Glyphs(seed: 1, model, rounds: 20));

    private async Task<double> AccuracyAsync(RunSpec spec)
    {
        using var federation = new LocalFederation(spec, workers: 2);
        await federation.RunAsync();
        var result = await federation.EvaluateAsync();
        output.WriteLine($"accuracy {(double)result.Correct / result.Examples:0.0000}, {federation.Steps} steps in {federation.Training.TotalSeconds:0.00} s of training, {federation.Processor.TotalSeconds:0.00} s of processor");
        return (double)result.Correct / result.Examples;
    }
}
