using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Scopes;

public sealed class DisposeScopeTests
{
    [Fact]
    public void Scope_WhenDisposed_DisposesWhatWasCreatedInIt()
    {
        Tensor inside;
        using (var scope = NewDisposeScope())
        {
            inside = ones(2);
            Assert.Same(scope, CurrentDisposeScope);
            Assert.True(scope.Contains(inside));
            Assert.Equal(1, scope.DisposablesCount);
        }
        Assert.True(inside.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void Tensor_DisposedEarly_LeavesItsScope()
    {
        using var scope = NewDisposeScope();
        var (first, second, third) = (ones(1), ones(1), ones(1));
        second.Dispose();
        Assert.Equal(2, scope.DisposablesCount);
        third.Dispose();
        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal([first], scope.DisposablesView);
    }

    [Fact]
    public void Tensor_MovedToTheOuterScope_LivesAsLongAsThatOne()
    {
        Tensor moved;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
                moved = ones(2).MoveToOuterDisposeScope();
            Assert.Equal(2, moved.sum().ToSingle());
        }
        Assert.True(moved.IsInvalid);
    }

    [Fact]
    public void Tensor_Detached_OutlivesEveryScope()
    {
        Tensor kept;
        using (var scope = NewDisposeScope())
            kept = scope.Detach(ones(2));
        using (kept)
            Assert.Equal(2, kept.numel());
    }

    [Fact]
    public void DisposeEverythingBut_KeepsWhatIsNamed()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(1), ones(1));
        scope.DisposeEverythingBut(b);
        Assert.True(a.IsInvalid);
        Assert.False(b.IsInvalid);
    }

    [Fact]
    public void Attach_OfATensorFromOutside_PutsItUnderTheScope()
    {
        var tensor = ones(1);
        using (var scope = NewDisposeScope())
            scope.Attach(tensor);
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void Parameters_CreatedInAScope_OutliveIt()
    {
        TorchSharp.Modules.Linear layer;
        using (NewDisposeScope())
            layer = nn.Linear(3, 2);
        using (layer)
        {
            using var y = layer.call(ones(1, 3));
            Assert.Equal([1, 2], y.shape);
        }
    }

    [Fact]
    public void Scopes_ClosedOutOfOrder_LeaveTheOneAround()
    {
        using var around = NewDisposeScope();
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        Assert.Same(inner, CurrentDisposeScope);
        inner.Dispose();
        Assert.Same(around, CurrentDisposeScope);
        Assert.True(around.Contains(ones(1)));
    }

    [Fact]
    public void NoGrad_UntilDisposed_RecordsNothing()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            using (enable_grad())
                Assert.True((leaf * 2).requires_grad);
            Assert.False((leaf * 2).requires_grad);
        }
        Assert.True((leaf * 2).requires_grad);
    }

    [Fact]
    public async Task Scope_OfAnotherThread_DoesNotSeeTheTensors()
    {
        Tensor? tensor = null;
        using (NewDisposeScope())
        {
            await Task.Factory.StartNew(() => tensor = ones(2), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(true);
        }
        Assert.False(tensor!.IsInvalid);
        tensor.Dispose();
    }
}
