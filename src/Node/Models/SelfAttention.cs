using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Models;

/// <summary>
/// Attention of a sequence to itself, [batch, length, width] to the same shape. As a module with one input it stands in a chain, and says how many heads it has,
/// which <see cref="MultiheadAttention"/> does not.
/// </summary>
public sealed class SelfAttention : nn.Module<Tensor, Tensor>
{
    private readonly MultiheadAttention attention;

    /// <summary>Builds it; tensors travel as <c>attention.in_proj_weight</c> and so on.</summary>
    /// <param name="width">Width of the sequence; a multiple of <paramref name="heads"/>.</param>
    /// <param name="heads">Number of heads, at least 1.</param>
    /// <param name="dropout">Share of the attention weights that training drops, 0 to 1.</param>
    public SelfAttention(long width, long heads, double dropout = 0)
        : base(nameof(SelfAttention))
    {
        attention = nn.MultiheadAttention(width, heads, dropout);
        Heads = heads;
        RegisterComponents();
    }

    /// <summary>Number of heads.</summary>
    public long Heads { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var sequence = input.transpose(0, 1);
        var attended = attention.call(sequence, sequence, sequence, need_weights: false);
        return attended.Item1.transpose(0, 1).MoveToOuterDisposeScope();
    }
}
