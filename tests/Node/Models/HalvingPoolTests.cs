using Distributed.Node.Models;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

/// <summary>Beside libtorch's own pooling: the same values and gradients, bit for bit.</summary>
public sealed class HalvingPoolTests
{
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 2, 2 }, { 2, 1, 7, 5 }, { 3, 3, 4, 6 }, { 2, 6, 28, 28 }, { 2, 6, 5, 9 }, { 1, 8, 2, 2 }, { 3, 16, 10, 10 }, { 2, 17, 6, 4 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_ChannelsTogether_IsLibtorchsWithItsGradient(int images, int channels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        // Few different values, so that windows have several largest ones; and what is no number.
        var values = Values(images * height * width * channels, () => random.Next(20) switch { 0 => float.NaN, 1 => float.NegativeInfinity, var n => n });
        var slopes = Values(images * channels * (height / 2) * (width / 2), random.NextSingle);

        var (expected, expectedGradient) = Pooled(x => nn.functional.max_pool2d(x, 2), ChannelsLast(values, images, height, width, channels), slopes);
        var (actual, gradient) = Pooled(x => new HalvingPool().call(x), ChannelsLast(values, images, height, width, channels), slopes);

        Assert.True(expected.SequenceEqual(actual), $"values, seed {seed}");
        Assert.True(expectedGradient.SequenceEqual(gradient), $"gradient, seed {seed}");
    }

    [Fact]
    public void Forward_ChannelsTogether_KeepsThemSo()
    {
        using var scope = NewDisposeScope();

        var output = new HalvingPool().call(ChannelsLast(new float[2 * 4 * 4 * 6], 2, 4, 4, 6));

        Assert.Equal([2, 6, 2, 2], output.shape);
        Assert.Equal([24, 1, 12, 6], output.stride());
    }

    [Fact]
    public void Forward_PlaneByPlaneOrDouble_IsLibtorchs()
    {
        using var scope = NewDisposeScope();
        var input = arange(2 * 3 * 4 * 6).sin().view(2, 3, 4, 6);
        foreach (var x in (Tensor[])[input, input.to(ScalarType.Float64)])
        {
            Assert.True(nn.functional.max_pool2d(x, 2).equal(new HalvingPool().call(x)).item<bool>());
        }
    }

    [Fact]
    public void Find_PlacesOfAnotherLength_Throws() =>
        Assert.Throws<ArgumentException>(() => LargestOfWindows.Find(new float[2 * 4 * 4 * 3], 4, 4, 3, new long[12]));

    private static (float[] Values, float[] Gradient) Pooled(Func<Tensor, Tensor> pool, Tensor input, float[] slopes)
    {
        var x = input.requires_grad_();
        var output = pool(x);
        var values = output.contiguous().data<float>().ToArray();
        (output.contiguous().flatten() * tensor(slopes)).sum().backward();
        return (values, x.grad!.contiguous().data<float>().ToArray());
    }

    private static float[] Values(int count, Func<float> next) => [.. Enumerable.Range(0, count).Select(_ => next())];

    private static Tensor ChannelsLast(float[] values, int images, int height, int width, int channels) =>
        tensor(values).view(images, height, width, channels).permute(0, 3, 1, 2);
}
