using Distributed.Collectives;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Engine;

public sealed class TensorEngineTests
{
    public static TheoryData<ITensorEngine> Engines => [new Adapters.TensorEngine(), PackagesEngine.Create()];

    [Fact]
    public void Description_OfThisProcess_NamesLibtorchAndTheBlas()
    {
        var description = new Adapters.TensorEngine().Describe();
        Assert.Matches(@"^\d+\.\d+", description.Version);
        Assert.NotEmpty(description.Blas);
        Assert.Equal(description.Blas == "reference", description.ReferenceBlas);
        Assert.Contains("cpu", description.Devices);
        Assert.True(description.Threads >= 1);
    }

    [Fact]
    public void Hook_OnALeaf_RunsWhenItsGradientIsComplete()
    {
        using var scope = NewDisposeScope();
        var engine = new Adapters.TensorEngine();
        var (a, b) = (new Parameter(ones(2)), new Parameter(ones(2)));
        var seen = new List<float>();
        var thread = Environment.CurrentManagedThreadId;
        using (engine.AfterAccumulation(a, () => seen.Add(Environment.CurrentManagedThreadId == thread ? engine.Gradient(a)!.sum().ToSingle() : -1)))
            ((a * 2).sum() + (a * b).sum()).backward();
        Assert.Equal([6], seen);
        (a * 2).sum().backward();
        Assert.Single(seen);
    }

    [Fact]
    public void Hook_OnSomethingElseThanALeaf_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => new Adapters.TensorEngine().AfterAccumulation(new Parameter(ones(2), requires_grad: false), () => { }));
        Assert.Throws<NotSupportedException>(() => PackagesEngine.Create().AfterAccumulation(new Parameter(ones(2)), () => { }));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Gradient_OfALeaf_CanBeReadAndReplaced(ITensorEngine engine)
    {
        using var scope = NewDisposeScope();
        var leaf = new Parameter(ones(2));
        Assert.Null(engine.Gradient(leaf));
        leaf.sum().backward();
        engine.Gradient(leaf)!.mul_(3);
        Assert.Equal(6, engine.Gradient(leaf)!.sum().ToSingle());
        engine.SetGradient(leaf, null);
        Assert.Null(engine.Gradient(leaf));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void FusedSteps_OverLists_ChangeEveryTensorInPlace(ITensorEngine engine)
    {
        using var scope = NewDisposeScope();
        Tensor[] targets = [new Parameter(ones(2)), new Parameter(full(3, 2.0))];
        engine.AddScaled(targets, [ones(2), ones(3)], 0.5);
        engine.Scale(targets, 2);
        Assert.Equal([3, 3], targets[0].data<float>().ToArray());
        Assert.Equal([5, 5, 5], targets[1].data<float>().ToArray());
        Assert.Equal(Math.Sqrt(2 * 9 + 3 * 25), engine.Norm(targets), 4);
        Assert.Equal(0, engine.Norm([]));
        Assert.Throws<ArgumentException>(() => engine.AddScaled(targets, [ones(2)], 1));
    }
}
