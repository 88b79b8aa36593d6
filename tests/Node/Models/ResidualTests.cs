using Distributed.Node.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

public sealed class ResidualTests
{
    [Fact]
    public void Residual_WithShortcut_AddsBoth()
    {
        using var scope = NewDisposeScope();
        var (inner, shortcut) = (nn.Linear(3, 2), nn.Linear(3, 2));
        using var residual = new Residual(inner, shortcut);
        var input = linspace(-2, 2, 12).reshape(4, 3);

        Assert.Equal((inner.call(input) + shortcut.call(input)).data<float>(), residual.call(input).data<float>());
    }

    [Fact]
    public void Residual_WithoutShortcut_AddsItsInput()
    {
        using var scope = NewDisposeScope();
        var inner = nn.Linear(3, 3);
        using var residual = new Residual(inner);
        var input = linspace(-2, 2, 12).reshape(4, 3);

        Assert.Equal((inner.call(input) + input).data<float>(), residual.call(input).data<float>());
    }

    [Fact]
    public void Residual_OfTwo_NamesThem()
    {
        using var residual = new Residual(nn.Linear(3, 3), nn.Linear(3, 3));

        Assert.Equal(["inner", "shortcut"], residual.named_children().Select(child => child.name));
        Assert.Equal(["inner.weight", "inner.bias", "shortcut.weight", "shortcut.bias"], residual.named_parameters().Select(parameter => parameter.name));
    }
}
