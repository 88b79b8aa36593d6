using static TorchSharp.torch;

namespace Distributed.Node.Models;

/// <summary>
/// inner(x) + x, or inner(x) + shortcut(x) where the shape changes. A module of its own, so that what a network adds up can be read off its tree.
/// </summary>
public sealed class Residual : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> inner;
    private readonly nn.Module<Tensor, Tensor>? shortcut;

    /// <summary>Builds it; tensors travel as <c>inner.…</c> and <c>shortcut.…</c>.</summary>
    /// <param name="inner">The branch.</param>
    /// <param name="shortcut">The way around it; null for the input itself.</param>
    public Residual(nn.Module<Tensor, Tensor> inner, nn.Module<Tensor, Tensor>? shortcut = null)
        : base(nameof(Residual))
    {
        (this.inner, this.shortcut) = (inner, shortcut);
        RegisterComponents();
    }

    /// <summary>The branch.</summary>
    public nn.Module<Tensor, Tensor> Inner => inner;

    /// <summary>The way around it; null for the input itself.</summary>
    public nn.Module<Tensor, Tensor>? Shortcut => shortcut;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return (inner.call(input) + (shortcut?.call(input) ?? input)).MoveToOuterDisposeScope();
    }
}
