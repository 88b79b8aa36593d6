using Distributed.Node.Engine;
using Distributed.Node.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Engine;

public sealed class ConvolutionsTests
{
    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(3, 64, false)]
    [InlineData(1, 6, true)]
    [InlineData(3, 20, true)]
    [InlineData(6, 16, true)]
    [InlineData(16, 32, false)]
    [InlineData(8, 8, true)]
    [InlineData(64, 40, true)]
    public void LeaveOutOneDnn_Convolution_WhereItsBlocksAreNotFull(int from, int to, bool expected)
    {
        using var model = nn.Sequential(("conv", nn.Conv2d(from, to, 3)), ("relu", nn.ReLU()));

        Assert.Equal(expected, Convolutions.LeaveOutOneDnn(model));
    }

    [Fact]
    public void LeaveOutOneDnn_LibtorchWithoutTheSwitch_RefusesOnlyModelsThatNeedIt()
    {
        using var safe = nn.Sequential(("conv", nn.Conv2d(3, 16, 3)));
        using var wrong = nn.Sequential(("conv", nn.Conv2d(3, 20, 3)));
        static void Missing() => throw new EntryPointNotFoundException();

        Assert.False(Convolutions.LeaveOutOneDnn(safe, Missing));
        Assert.Contains("oneDNN", Assert.Throws<NotSupportedException>(() => Convolutions.LeaveOutOneDnn(wrong, Missing)).Message, StringComparison.Ordinal);
    }

    // What memory held before must not come out of a layer: here it held NaN.
    [Theory]
    [InlineData(8, 8)]
    [InlineData(20, 20)]
    [InlineData(24, 8)]
    public void Gradients_AfterNaNInFreedMemory_AreFinite(int from, int to)
    {
        TorchEngine.EnterThread(threads: 1);
        for (var batch = 1; batch <= 16; batch++)
        {
            using var scope = NewDisposeScope();
            var layer = nn.Conv2d(from, to, 3, padding: 1);
            Convolutions.LeaveOutOneDnn(nn.Sequential(layer));
            var images = rand(batch, from, 14, 14).requires_grad_(true);
            FreeNaN();
            var output = layer.call(images);
            FreeNaN();
            output.sum().backward();

            Assert.True(output.isfinite().all().item<bool>(), $"output, batch {batch}");
            Assert.True(images.grad!.isfinite().all().item<bool>(), $"gradient of the input, batch {batch}");
            Assert.All(layer.parameters(), parameter => Assert.True(parameter.grad!.isfinite().all().item<bool>(), $"gradient of a parameter, batch {batch}"));
        }
    }

    // oneDNN computes these, with memory of the same kind.
    [Theory]
    [InlineData(1, 6, 5, 2)]
    [InlineData(6, 16, 5, 0)]
    [InlineData(8, 20, 3, 1)]
    [InlineData(16, 32, 3, 1)]
    public void FilledConvolution_AfterNaNInFreedMemory_GivesThePlainOnesNumbersAndGradients(int from, int to, int kernel, int padding)
    {
        TorchEngine.EnterThread(threads: 1);
        for (var batch = 1; batch <= 16; batch++)
        {
            using var scope = NewDisposeScope();
            var filled = new FilledConv2d(from, to, kernel, padding);
            var images = rand(batch, 14, 14, from).permute(0, 3, 1, 2).requires_grad_(true);
            FreeNaN();
            var output = filled.call(images);
            FreeNaN();
            output.square().sum().backward();

            using var weight = filled.parameters().First().detach().to_type(ScalarType.Float64).requires_grad_(true);
            using var bias = filled.parameters().Last().detach().to_type(ScalarType.Float64).requires_grad_(true);
            using var exact = images.detach().to_type(ScalarType.Float64).requires_grad_(true);
            var expected = nn.functional.conv2d(exact, weight, bias, padding: [padding, padding]);
            expected.square().sum().backward();
            Assert.Equal(["weight", "bias"], filled.named_parameters().Select(pair => pair.name));
            AssertNear(expected, output, batch);
            AssertNear(exact.grad!, images.grad!, batch);
            AssertNear(weight.grad!, filled.parameters().First().grad!, batch);
            AssertNear(bias.grad!, filled.parameters().Last().grad!, batch);
        }
    }

    private static void AssertNear(Tensor expected, Tensor actual, int batch)
    {
        Assert.Equal(expected.shape, actual.shape);
        var error = ((actual - expected).abs().max() / expected.abs().max()).item<double>();
        Assert.True(error < 1e-5, $"relative error {error}, batch {batch}");
    }

    private static void FreeNaN()
    {
        var held = Enumerable.Range(4, 18).SelectMany(power => Enumerable.Range(0, 8).Select(_ => full([1L << power], float.NaN))).ToList();
        held.ForEach(tensor => tensor.Dispose());
    }
}
