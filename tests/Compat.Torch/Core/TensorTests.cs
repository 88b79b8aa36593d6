using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Core;

/// <summary>Operators against closed forms.</summary>
public sealed class TensorTests
{
    [Fact]
    public void Arithmetic_WithNumbersOnEitherSide_IsElementwise()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new float[] { 1, 2, 4 });
        Equal([3, 4, 6], t + 2);
        Equal([3, 4, 6], 2 + t);
        Equal([1, 0, -2], 2 - t);
        Equal([-1, 0, 2], t - 2L);
        Equal([0.5f, 1, 2], t * 0.5);
        Equal([0.5f, 1, 2], t / 2f);
        Equal([4, 2, 1], 4 / t);
        Equal([-1, -2, -4], -t);
        Equal([1, 4, 16], t.pow(2));
        Equal([1, 0, 0], t % 2);
    }

    [Fact]
    public void IntegerArithmetic_WithIntegers_StaysInteger()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(ScalarType.Int64, (arange(3) * 2).dtype);
        Assert.Equal(ScalarType.Float32, (arange(3) * 2.0).dtype);
        Assert.Equal(ScalarType.Int64, arange(3).sum().dtype);
        Assert.Equal(ScalarType.Float32, arange(0, 1, 0.25).dtype);
    }

    [Fact]
    public void Shapes_OfViews_ShareMemory()
    {
        using var scope = NewDisposeScope();
        var t = arange(12).to(ScalarType.Float32).view(3, 4);
        Assert.Equal([3, 4], t.shape);
        Assert.Equal([4, 1], t.stride());
        Assert.Equal(4, t.size(-1));
        Assert.False(t.t().is_contiguous());
        t.narrow(1, 1, 2).zero_();
        Equal([0, 0, 0, 3, 4, 0, 0, 7, 8, 0, 0, 11], t);
        Assert.Equal([2, 6], t.reshape(2, -1).shape);
        Assert.Equal([3, 1, 4], t.unsqueeze(1).shape);
        Assert.Equal([4, 3], t.permute(1, 0).shape);
    }

    [Fact]
    public void Reductions_OverDimensions_GiveTheClosedForm()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new float[,] { { 1, 5, 3 }, { 4, 2, 6 } });
        Assert.Equal(21, t.sum().ToSingle());
        Equal([5, 7, 9], t.sum(0L));
        Equal([3, 4], t.mean([1]));
        Assert.Equal([1, 2], t.argmax(1).data<long>().ToArray());
        var (values, indices) = t.max(1);
        Equal([5, 6], values);
        Assert.Equal([1, 2], indices.data<long>().ToArray());
        Assert.Equal(MathF.Sqrt(91), t.norm().ToSingle(), 4);
        Assert.True(t.softmax(1).sum(1).allclose(ones(2)));
        Assert.Equal(2, t.gt(4).sum().ToInt32());
        var (top, _) = t.topk(2);
        Equal([5, 3, 6, 4], top);
    }

    [Fact]
    public void Lists_OfTensors_JoinAndSplit()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 2), zeros(2, 2));
        Assert.Equal([4, 2], cat([a, b]).shape);
        Assert.Equal([2, 4], cat([a, b], 1).shape);
        Assert.Equal([2, 2, 2], stack([a, b]).shape);
        Assert.Equal(2, stack([a, b]).unbind().Length);
        Assert.Equal([[3, 2], [1, 2]], cat([a, b]).split([3L, 1L]).Select(t => t.shape));
        var many = Enumerable.Range(0, 200).Select(_ => ones(1)).ToArray();
        Assert.Equal(200, cat(many).sum().ToSingle());
    }

    [Fact]
    public void Gradient_OfAFormula_IsItsDerivative()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3 }, requires_grad: true);
        (x.pow(3) + x * 2).sum().backward();
        Equal([5, 14, 29], x.grad!);
        var y = autograd.grad([x.exp().sum()], [x])[0];
        Assert.True(y.allclose(x.detach().exp()));
    }

    [Fact]
    public void Copies_OfATensor_AreIndependent()
    {
        using var scope = NewDisposeScope();
        var array = new float[] { 1, 2 };
        var t = tensor(array);
        array[0] = 9;
        var copy = t.clone();
        t.fill_(5);
        Equal([1, 2], copy);
        Assert.Equal(5L, t.to(ScalarType.Int64).select(0, 0).item<long>());
        Assert.Equal("cpu", t.device.ToString());
    }

    [Fact]
    public void Generator_WithItsState_RepeatsItsDraws()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var state = generator.get_state();
        var first = randn(5, generator: generator);
        generator.set_state(state);
        Assert.True(first.allclose(randn(5, generator: generator), 0, 0));
        Assert.Equal(11, generator.initial_seed());
    }

    [Fact]
    public void Einsum_AndAttention_AgreeWithTheirDefinition()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var q = randn(1, 2, 3, 4, generator: generator);
        var k = randn(1, 2, 5, 4, generator: generator);
        var scores = einsum("bhqe,bhke->bhqk", q, k) / 2;
        var expected = scores.softmax(-1).matmul(k);
        Assert.True(nn.functional.scaled_dot_product_attention(q, k, k).allclose(expected, atol: 1e-6));
        var mask = zeros(3, 5).fill_(-1);
        Assert.True(nn.functional.scaled_dot_product_attention(q, k, k, mask).allclose(expected, atol: 1e-6));
    }

    private static void Equal(float[] expected, Tensor actual) => Assert.Equal(expected, actual.detach().flatten().data<float>().ToArray());
}
