using Distributed.Node.Models.Pooled;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

/// <summary>Beside libtorch's own layers: the same values and gradients.</summary>
public sealed class PooledConvolutionTests
{
    // Images, channels, height, width, padding, outputs: whole and broken tiles, windows and vectors.
    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 2, 1, 28, 28, 2, 6 }, { 3, 6, 14, 14, 0, 16 }, { 1, 3, 15, 17, 1, 5 }, { 2, 2, 14, 14, 0, 8 }, { 2, 1, 6, 10, 2, 9 }, { 1, 8, 7, 25, 0, 1 }, { 4, 1, 9, 14, 0, 17 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layers_OfWholeNumbers_AreLibtorchsBitForBit(int images, int channels, int height, int width, int padding, int outputs)
    {
        using var scope = NewDisposeScope();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        // Small whole numbers: every sum is exact in any order, and windows have several largest values.
        Tensor Whole(params long[] shape) => tensor([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.Next(-2, 3))], shape);
        var (pixels, weight, bias) = (Whole(images, channels, height, width), Whole(outputs, channels, 5, 5), Whole(outputs));

        var expected = Run(pixels, weight, bias, padding, fused: false, slopes => Whole(slopes));
        var slopes = expected.Slopes;
        var actual = Run(pixels, weight, bias, padding, fused: true, _ => slopes);

        Assert.True(expected.Values.SequenceEqual(actual.Values), $"values, seed {seed}");
        Assert.True(expected.OfPixels.SequenceEqual(actual.OfPixels), $"gradient of the images, seed {seed}");
        Assert.True(expected.OfWeight.SequenceEqual(actual.OfWeight), $"gradient of the filters, seed {seed}");
        Assert.True(expected.OfBias.SequenceEqual(actual.OfBias), $"gradient of the bias, seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layers_OfAnyNumbers_AreLibtorchsInDoublePrecision(int images, int channels, int height, int width, int padding, int outputs)
    {
        using var scope = NewDisposeScope();
        var seed = Random.Shared.Next();
        using var generator = new Generator((ulong)seed);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        var (pixels, weight, bias) = (Normal(images, channels, height, width), Normal(outputs, channels, 5, 5) * 0.2, Normal(outputs));

        var actual = Run(pixels, weight, bias, padding, fused: true, Normal);
        var expected = Run(pixels.@double(), weight.@double(), bias.@double(), padding, fused: false, _ => actual.Slopes.@double());

        Near(expected.Values, actual.Values, $"values, seed {seed}");
        Near(expected.OfPixels, actual.OfPixels, $"gradient of the images, seed {seed}");
        Near(expected.OfWeight, actual.OfWeight, $"gradient of the filters, seed {seed}");
        Near(expected.OfBias, actual.OfBias, $"gradient of the bias, seed {seed}");
    }

    [Fact]
    public void Layers_OfWhatIsNoNumber_StayLibtorchs()
    {
        using var scope = NewDisposeScope();
        float[] numbers = [.. Enumerable.Range(0, 28 * 28).Select(i => MathF.Sin(i))];
        (numbers[(9 * 28) + 11], numbers[(20 * 28) + 3]) = (float.NaN, float.PositiveInfinity);
        var pixels = tensor(numbers, [1, 1, 28, 28]);
        var (weight, bias) = (arange(150).cos().view(6, 1, 5, 5), zeros(6));

        var expected = Run(pixels, weight, bias, 2, fused: false, shape => ones(shape));
        var actual = Run(pixels, weight, bias, 2, fused: true, shape => ones(shape));

        Assert.Contains(expected.Values, double.IsNaN);
        Assert.Equal(expected.Values.Select(double.IsNaN), actual.Values.Select(double.IsNaN));
        Assert.Equal(expected.Values.Select(double.IsInfinity), actual.Values.Select(double.IsInfinity));
    }

    [Fact]
    public void Layers_OnSeveralThreads_GiveTheSame()
    {
        var random = new Random(7);
        Tensor Whole(params long[] shape) => tensor([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.Next(-2, 3))], shape);
        var results = new List<Result>();
        using var scope = NewDisposeScope();
        var (pixels, weight, bias, slopes) = (Whole(5, 2, 14, 14), Whole(3, 2, 5, 5), Whole(3), Whole(5, 3, 5, 5));
        foreach (var threads in (int[])[1, 3, 8])
        {
            // How many threads libtorch uses is said for each thread.
            var thread = new Thread(() =>
            {
                set_num_threads(threads);
                results.Add(Run(pixels, weight, bias, 0, fused: true, _ => slopes));
            });
            thread.Start();
            thread.Join();
        }

        Assert.Equal(3, results.Count);
        Assert.All(results, result =>
        {
            Assert.Equal(results[0].Values, result.Values);
            Assert.Equal(results[0].OfPixels, result.OfPixels);
            Assert.Equal(results[0].OfWeight, result.OfWeight);
            Assert.Equal(results[0].OfBias, result.OfBias);
        });
    }

    [Fact]
    public void Layers_OfImagesThatNeedNoGradient_LeaveItOut()
    {
        using var scope = NewDisposeScope();
        var convolution = nn.Conv2d(1, 6, 5);
        var pixels = rand(2, 1, 14, 14);

        PooledConvolution.Of(convolution, pixels).sum().backward();

        Assert.Null(pixels.grad);
        Assert.NotNull(convolution.weight.grad);
    }

    [Fact]
    public void Layers_OfNoImages_GiveNone()
    {
        using var scope = NewDisposeScope();
        var convolution = nn.Conv2d(1, 6, 5);

        var output = PooledConvolution.Of(convolution, rand(0, 1, 14, 14));
        output.sum().backward();

        Assert.Equal([0, 6, 5, 5], output.shape);
        Assert.Equal(0, convolution.weight.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void Fits_LayersOfAnotherKind_IsNo()
    {
        using var scope = NewDisposeScope();
        var (image, pool) = (rand(1, 2, 14, 14), nn.MaxPool2d(2));
        Assert.True(PooledConvolution.Fits(nn.Conv2d(2, 4, 5), pool, image));

        Assert.All(
            (Conv2d[])
            [
                nn.Conv2d(2, 4, 3), nn.Conv2d(2, 4, (5, 3)), nn.Conv2d(2, 4, 5, stride: 2, padding: 6), nn.Conv2d(2, 4, 5, dilation: 2, padding: 6),
                nn.Conv2d(2, 4, 5, groups: 2), nn.Conv2d(2, 4, 5, bias: false), nn.Conv2d(2, 4, (5, 5), padding: (1, 2)),
                nn.Conv2d(3, 4, 5), nn.Conv2d(2, 4, 5, dtype: ScalarType.Float64),
            ],
            convolution => Assert.False(PooledConvolution.Fits(convolution, pool, image)));
        Assert.All(
            (MaxPool2d[])[nn.MaxPool2d(3), nn.MaxPool2d(2, stride: 1), nn.MaxPool2d(2, padding: 1), nn.MaxPool2d(2, dilation: 2), nn.MaxPool2d(2, ceil_mode: true)],
            other => Assert.False(PooledConvolution.Fits(nn.Conv2d(2, 4, 5), other, image)));
        Assert.All(
            (Tensor[])[image.squeeze(0), image.@double(), rand(1, 2, 14, 13), rand(1, 2, 5, 14)],
            other => Assert.False(PooledConvolution.Fits(nn.Conv2d(2, 4, 5), pool, other)));
    }

    private static Result Run(Tensor pixels, Tensor weight, Tensor bias, int padding, bool fused, Func<long[], Tensor> slopes)
    {
        var convolution = nn.Conv2d(weight.shape[1], weight.shape[0], 5, padding: padding, dtype: weight.dtype);
        using (no_grad())
        {
            convolution.weight.copy_(weight);
            convolution.bias!.copy_(bias);
        }

        var x = pixels.detach().clone().requires_grad_();
        if (fused)
        {
            Assert.True(PooledConvolution.Fits(convolution, nn.MaxPool2d(2), x));
        }

        var output = fused ? PooledConvolution.Of(convolution, x) : nn.MaxPool2d(2).call(convolution.call(x)).relu();
        var factors = slopes(output.shape);
        (output * factors).sum().backward();
        return new(Numbers(output), Numbers(x.grad!), Numbers(convolution.weight.grad!), Numbers(convolution.bias!.grad!), factors);
    }

    private static double[] Numbers(Tensor tensor) => tensor.@double().contiguous().data<double>().ToArray();

    private static void Near(double[] expected, double[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var scale = expected.Max(Math.Abs);
        Assert.True(expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-5 * scale), what);
    }

    private sealed record Result(double[] Values, double[] OfPixels, double[] OfWeight, double[] OfBias, Tensor Slopes);
}
