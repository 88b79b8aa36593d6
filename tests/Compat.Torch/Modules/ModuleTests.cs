using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Modules;

public sealed class ModuleTests
{
    [Fact]
    public void Names_OfNestedModules_AreDottedInOrderOfRegistration()
    {
        using var net = new Net();
        Assert.Equal(["scale", "first.weight", "first.bias", "rest.0.weight", "rest.0.bias", "rest.norm.weight", "rest.norm.bias"], net.named_parameters().Select(p => p.name));
        Assert.Equal(["offset", "rest.norm.running_mean", "rest.norm.running_var", "rest.norm.num_batches_tracked"], net.named_buffers().Select(b => b.name));
        Assert.Equal(["first", "rest", "rest.0", "rest.norm"], net.named_modules().Select(m => m.name));
        Assert.Equal(11, net.state_dict().Count);
        Assert.True(net.has_parameter("rest.0.weight"));
        Assert.Null(net.get_buffer("nothing"));
    }

    [Fact]
    public void State_LoadedIntoAnother_MakesThemEqual()
    {
        using var scope = NewDisposeScope();
        using var a = new Net();
        using var b = new Net();
        var (missing, unexpected) = b.load_state_dict(a.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        foreach (var (name, value) in a.state_dict())
            Assert.True(value.allclose(b.state_dict()[name]), name);
    }

    [Fact]
    public void State_ThatDoesNotFit_IsRefusedByName()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        var state = net.state_dict();
        state.Remove("scale");
        state["extra"] = ones(1);
        var error = Assert.Throws<InvalidOperationException>(() => net.load_state_dict(state));
        Assert.Contains("scale", error.Message, StringComparison.Ordinal);
        Assert.Contains("extra", error.Message, StringComparison.Ordinal);
        var (missing, unexpected) = net.load_state_dict(state, strict: false);
        Assert.Equal(["scale"], missing);
        Assert.Equal(["extra"], unexpected);
        state = net.state_dict();
        state["scale"] = ones(9);
        Assert.Contains("scale", Assert.Throws<ArgumentException>(() => net.load_state_dict(state)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ForwardHooks_OfAModule_SeeInputAndOutputInTheirOrderAndMayReplaceIt()
    {
        using var scope = NewDisposeScope();
        var relu = nn.ReLU();
        var seen = new List<float>();
        var first = relu.register_forward_hook((module, input, output) =>
        {
            Assert.Same(relu, module);
            seen.Add(input.item<float>());
            return output + 1;
        });
        relu.register_forward_hook((_, _, output) =>
        {
            seen.Add(output.item<float>());
            return output;
        });

        Assert.Equal(1, nn.Sequential(relu).call(tensor(new[] { -3f })).item<float>());
        first.remove();
        Assert.Equal(0, relu.call(tensor(new[] { -3f })).item<float>());
        Assert.Equal([-3, 1, 0], seen);
    }

    [Fact]
    public void Eval_OfAModule_ReachesEveryChild()
    {
        using var net = new Net();
        net.eval();
        Assert.All(net.modules(), m => Assert.False(m.training));
        net.train();
        Assert.All(net.modules(), m => Assert.True(m.training));
    }

    [Fact]
    public void Gradients_AfterZeroGrad_AreGone()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        net.call(randn(4, 3)).sum().backward();
        Assert.NotNull(net.get_parameter("first.weight")!.grad);
        net.zero_grad();
        Assert.All(net.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public void Gradients_OfTwoPasses_Accumulate()
    {
        using var scope = NewDisposeScope();
        var leaf = new Parameter(ones(3));
        (leaf * 2).sum().backward();
        (leaf * 3).sum().backward();
        Assert.Equal([5, 5, 5], leaf.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Conversion_ToDouble_KeepsTheParameterObjectsAndIntegerBuffers()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        var weight = net.get_parameter("first.weight")!;
        net.to(ScalarType.Float64);
        Assert.Same(weight, net.get_parameter("first.weight"));
        Assert.Equal(ScalarType.Float64, weight.dtype);
        Assert.True(weight.requires_grad);
        Assert.Equal(ScalarType.Int64, net.get_buffer("rest.norm.num_batches_tracked")!.dtype);
        Assert.Equal(ScalarType.Float64, net.call(randn(4, 3, ScalarType.Float64)).dtype);
    }

    [Fact]
    public void Vector_OfAllParameters_GoesThereAndBack()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        var vector = nn.utils.parameters_to_vector(net.parameters());
        using (no_grad())
            vector = vector * 2;
        nn.utils.vector_to_parameters(vector, net.parameters());
        Assert.True(vector.allclose(nn.utils.parameters_to_vector(net.parameters())));
    }

    [Fact]
    public void Optimizer_WithAParameterThatJoinsLater_KeepsItsOwnStepCount()
    {
        using var scope = NewDisposeScope();
        var (early, late) = (new Parameter(ones(1)), new Parameter(ones(1)));
        using var optimizer = optim.Adam([early, late], 0.1);
        early.sum().backward();
        optimizer.step();
        optimizer.zero_grad();
        late.sum().backward();
        optimizer.step();
        // Adam's first step is the learning rate, whatever the gradient.
        Assert.Equal(0.9f, early.ToSingle(), 4);
        Assert.Equal(0.9f, late.ToSingle(), 4);
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter scale = nn.Parameter(ones(1));
        private readonly Tensor offset = zeros(1);
        private readonly Linear first = nn.Linear(3, 4);
        private readonly Sequential rest = nn.Sequential(("0", nn.Linear(4, 2)), ("norm", nn.BatchNorm1d(2)));

        internal Net()
            : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input) => rest.call(first.call(input) * scale + offset);
    }
}
