using System.Runtime.InteropServices;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Autograd;

public sealed class FunctionTests
{
    [Fact]
    public void Backward_ThroughAFunction_IsItsOwn()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new Parameter(tensor(new[] { 1f, 2 })), new Parameter(tensor(new[] { 3f, 4 })));

        var y = Weighted.apply(a * 2, 10, b);

        Assert.Equal([32f, 44], y.data<float>().ToArray());
        (y * tensor(new[] { 1f, 100 })).sum().backward();
        Assert.Equal([2f, 200], a.grad!.data<float>().ToArray());
        // Not ten, as the forward pass has it: seven.
        Assert.Equal([7f, 700], b.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Backward_ForAnInputThatNeedsNoGradient_LeavesItOut()
    {
        using var scope = NewDisposeScope();
        var b = new Parameter(ones(2));
        var a = ones(2);

        Weighted.apply(a, 10, b).sum().backward();

        Assert.Null(a.grad);
        Assert.Equal([7f, 7], b.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Apply_WithoutRecordingOrLeaves_GivesAPlainTensor()
    {
        using var scope = NewDisposeScope();
        var b = new Parameter(ones(2));
        using (no_grad())
        {
            Assert.False(Weighted.apply(ones(2), 10, b).requires_grad);
        }

        Assert.False(Weighted.apply(ones(2), 10, ones(2)).requires_grad);
        Assert.True(Weighted.apply(ones(2), 10, b).requires_grad);
    }

    [Fact]
    public void Backward_Twice_NeedsARetainedGraph()
    {
        using var scope = NewDisposeScope();
        var b = new Parameter(ones(2));
        var kept = Weighted.apply(ones(2), 10, b).sum();
        kept.backward([], retain_graph: true);
        kept.backward();
        Assert.Equal([14f, 14], b.grad!.data<float>().ToArray());

        var error = Assert.ThrowsAny<ExternalException>(() => kept.backward());

        Assert.Contains("second time", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("count", "3 arguments")]
    [InlineData("number", "no tensor")]
    [InlineData("throw", "from within")]
    public void Backward_ThatFails_EndsThePassWithItsReason(string how, string reason)
    {
        using var scope = NewDisposeScope();

        var error = Assert.ThrowsAny<ExternalException>(() => Broken.apply(new Parameter(ones(1)), how, 1).sum().backward());

        Assert.Contains(reason, error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Apply_OfAFunctionThatReturnsItsInput_IsRefused()
    {
        using var scope = NewDisposeScope();

        var error = Assert.ThrowsAny<ExternalException>(() => Same.apply(new Parameter(ones(1))));

        Assert.Contains("a new tensor", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_AfterAPass_IsReleased()
    {
        using var scope = NewDisposeScope();
        var kept = ones(2);
        var b = new Parameter(ones(2));
        var y = Weighted.apply(kept, 10, b).sum();
        var during = Uses(kept);

        y.backward();

        Assert.Equal(during - 1, Uses(kept));
    }

    [Fact]
    public void Saved_OfAGraphThatIsNeverUsed_IsReleased()
    {
        using var scope = NewDisposeScope();
        var kept = ones(2);
        var before = Uses(kept);

        Forget(kept);

        Assert.Equal(before, Uses(kept));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Tensor kept)
    {
        using var scope = NewDisposeScope();
        _ = Weighted.apply(kept, 10, new Parameter(ones(2)));
    }

    private static long Uses(Tensor tensor) => TorchSharp.Native.NativeMethods.dt_use_count(tensor.Handle);

    /// <summary>a + factor * b; backward says seven instead of the factor.</summary>
    private sealed class Weighted : autograd.SingleTensorFunction<Weighted>
    {
        public override string Name => nameof(Weighted);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (a, factor, b) = ((Tensor)vars[0], (int)vars[1], (Tensor)vars[2]);
            Assert.False(is_grad_enabled());
            ctx.save_for_backward([a, b]);
            ctx.save_data("factor", factor - 3);
            return a + (b * factor);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            Assert.Equal(2, ctx.get_saved_variables().Count);
            Assert.Null(ctx.get_data("other"));
            var factor = (int)ctx.get_data("factor");
            return [grad_output * 1, null!, grad_output * factor];
        }
    }

    private sealed class Broken : autograd.SingleTensorFunction<Broken>
    {
        public override string Name => nameof(Broken);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("how", vars[1]);
            return (Tensor)vars[0] * 2;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => (string)ctx.get_data("how") switch
        {
            "count" => [grad_output],
            "number" => [grad_output, grad_output, null!],
            _ => throw new InvalidOperationException("from within"),
        };
    }

    private sealed class Same : autograd.SingleTensorFunction<Same>
    {
        public override string Name => nameof(Same);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => (Tensor)vars[0];

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [grad_output];
    }
}
