using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Bench.Step;

/// <summary>The decoder of peer.py, layer for layer.</summary>
internal sealed class Transformer : nn.Module<Tensor, Tensor>
{
    private readonly Embedding tokens;
    private readonly Embedding places;
    private readonly Block[] blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;
    private readonly Tensor mask;
    private readonly Tensor range;

    internal Transformer(long vocabulary, long width, long length, long heads, int layers)
        : base(nameof(Transformer))
    {
        (tokens, places) = (nn.Embedding(vocabulary, width), nn.Embedding(length, width));
        blocks = [.. Enumerable.Range(0, layers).Select(_ => new Block(width, heads))];
        (norm, head) = (nn.LayerNorm(width), nn.Linear(width, vocabulary));
        using var all = ones(length, length).triu(1);
        (mask, range) = (all.to(ScalarType.Bool), arange(length));
        for (var i = 0; i < layers; i++)
            register_module($"blocks{i}", blocks[i]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var h = tokens.call(input) + places.call(range);
        foreach (var block in blocks)
            h = block.call(h, mask);
        return head.call(norm.call(h)).flatten(0, 1).MoveToOuterDisposeScope();
    }
}

internal sealed class Block : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly long _heads;
    private readonly LayerNorm n1;
    private readonly Linear qkv;
    private readonly Linear output;
    private readonly LayerNorm n2;
    private readonly Sequential mlp;

    internal Block(long width, long heads)
        : base(nameof(Block))
    {
        _heads = heads;
        (n1, qkv, output, n2) = (nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width), nn.LayerNorm(width));
        mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input1, Tensor input2)
    {
        using var scope = NewDisposeScope();
        var x = input1 + Attend(n1.call(input1), input2);
        return (x + mlp.call(n2.call(x))).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var (b, t, d) = (x.size(0), x.size(1), x.size(2));
        var parts = qkv.call(x).chunk(3, -1);
        var (q, k, v) = (Split(parts[0], b, t, d), Split(parts[1], b, t, d), Split(parts[2], b, t, d));
        var w = (q.matmul(k.transpose(-2, -1)) / Math.Sqrt(d / _heads)).masked_fill(mask, double.NegativeInfinity).softmax(-1);
        return output.call(w.matmul(v).transpose(1, 2).reshape(b, t, d)).MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor x, long b, long t, long d) => x.view(b, t, _heads, d / _heads).transpose(1, 2);
}
