using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Images;
using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

public sealed class ResNetTests
{
    private static readonly ImageShape Digits = new(1, 28, 28);

    [Theory]
    [InlineData("Batch")]
    [InlineData("Group")]
    [InlineData("None")]
    public void ResNet_OfThreeStages_HalvesThePictureTwice(string norm)
    {
        var parameters = new ResNetParameters { Widths = [8, 16, 24], Blocks = 2, Norm = Enum.Parse<ResNetNorm>(norm), Groups = 4 };
        using var scope = NewDisposeScope();
        using var model = new ResNet(parameters).Build(Digits, 10);
        var layers = model.named_children().ToDictionary(child => child.name, child => (nn.Module<Tensor, Tensor>)child.module);
        var picture = zeros(2, 1, 28, 28);
        var shapes = new Dictionary<string, long[]>();
        foreach (var (name, layer) in layers)
        {
            picture = layer.call(picture);
            shapes[name] = picture.shape;
        }

        Assert.Equal([2, 8, 28, 28], shapes["stage1_block2"]);
        Assert.Equal([2, 16, 14, 14], shapes["stage2_block1"]);
        Assert.Equal([2, 24, 7, 7], shapes["stage3_block2"]);
        Assert.Equal([2, 10], shapes["fc"]);
        Assert.Equal(6, layers.Values.Count(layer => layer is Residual));
        // Only where the shape changes is there anything to learn on the shortcut.
        Assert.Equal(
            ["stage2_block1", "stage3_block1"],
            layers.Where(layer => layer.Value is Residual { Shortcut: not null }).Select(layer => layer.Key));
    }

    [Fact]
    public void ResNet_WithBatchNorm_MarksStatisticsAsBuffers()
    {
        using var model = new ResNet(new ResNetParameters()).Build(Digits, 10);

        var manifest = new ModelState(model).Manifest;

        var norms = manifest.Entries.Count(entry => entry.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        // Stem, two for each of three blocks, two shortcuts.
        Assert.Equal(9, norms);
        Assert.Equal(3 * norms, manifest.Entries.Count(entry => entry.IsBuffer));
        Assert.All(manifest.Entries.Where(entry => entry.Name.EndsWith("tracked", StringComparison.Ordinal)), entry => Assert.Equal(TensorDType.I64, entry.DType));
    }

    /// <summary>With some libtorch a shortcut of few channels that lie together ends the process; the test below trains one.</summary>
    [Theory]
    [InlineData(new[] { 16, 32, 64 }, true)]
    [InlineData(new[] { 4, 8 }, false)]
    [InlineData(new[] { 16, 24, 32 }, false)]
    public void ChannelsLast_WidthsThatDoNotFillAVector_IsOff(int[] widths, bool expected) =>
        Assert.Equal(expected, new ResNet(new ResNetParameters { Widths = widths }).ChannelsLast);

    [Fact]
    public async Task Evaluation_AfterTraining_UsesRunningStatisticsAndLeavesThem()
    {
        var (one, many) = (Run(evaluationBatch: 1), Run(evaluationBatch: 100));
        using var single = new LocalFederation(one, workers: 1);
        using var whole = new LocalFederation(many, workers: 1);
        await single.RunAsync();
        await whole.RunAsync();
        var before = whole.Model.ToArray();

        var (separately, together) = (await single.EvaluateAsync(), await whole.EvaluateAsync());

        // With statistics of its own batch a single image would answer differently.
        Assert.Equal(separately.Correct, together.Correct);
        Assert.Equal(separately.LossSum, together.LossSum, 1e-3 * together.LossSum);
        Assert.Equal(before, whole.Model);

        static RunSpec Run(int evaluationBatch) => Specs.Parse($$"""
            {
              "kind": "federated", "name": "glyphs", "rounds": 1, "data": { "source": "glyphs", "clients": 2, "train": 200, "test": 100 },
              "model": { "name": "resnet", "widths": [4, 8] }, "evaluation": { "batch": {{evaluationBatch}} },
              "training": { "optimizer": { "name": "sgd", "learningRate": 0.05 } }
            }
            """);
    }

    [Fact]
    public void Groups_ThatDoNotDivideAWidth_AreAMistake()
    {
        var problems = new List<SpecProblem>();
        NodeSpecs.Validate(Specs.Glyphs(1, """{ "name": "resnet", "norm": "group", "widths": [16, 20] }""", rounds: 1), problems);

        Assert.Equal("model.groups: 8 groups do not divide each of the widths 16, 20", Assert.Single(problems).ToString());
    }

    [Fact]
    public void Widths_None_AreAMistake()
    {
        var problems = new List<SpecProblem>();
        NodeSpecs.Validate(Specs.Glyphs(1, """{ "name": "resnet", "widths": [] }""", rounds: 1), problems);

        Assert.Equal("model.widths", Assert.Single(problems).Path);
    }

    [Fact]
    public void BatchNorm_OfASinglePixel_IsAMisfit()
    {
        IClassifier batch = new ResNet(new ResNetParameters()), group = new ResNet(new ResNetParameters { Norm = ResNetNorm.Group });

        Assert.Null(batch.Misfit(new ImageShape(1, 5, 4)));
        Assert.Contains("single pixel", batch.Misfit(new ImageShape(1, 4, 4)), StringComparison.Ordinal);
        Assert.Null(group.Misfit(new ImageShape(1, 4, 4)));
    }
}
