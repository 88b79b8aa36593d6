using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Language;

/// <summary>Causal attention and a feed-forward layer, each normalised before and added to the stream (Xiong et al. 2020), with rotary positions (Su et al. 2021).</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly Linear qkv;
    private readonly Linear projection;
    private readonly LayerNorm norm2;
    private readonly Linear expand;
    private readonly Linear contract;
    private readonly int heads;

    public TransformerBlock(TransformerParameters parameters)
        : base(nameof(TransformerBlock))
    {
        var width = parameters.Width;
        heads = parameters.Heads;
        norm1 = nn.LayerNorm(width);
        qkv = nn.Linear(width, 3L * width);
        projection = nn.Linear(width, width);
        norm2 = nn.LayerNorm(width);
        expand = nn.Linear(width, (long)parameters.Expansion * width);
        contract = nn.Linear((long)parameters.Expansion * width, width);
        RegisterComponents();
    }

    /// <summary>[batch, length, width] to the same shape.</summary>
    /// <param name="stream">The residual stream.</param>
    /// <param name="cosine">Of the angle of each position and pair, [length, width / heads / 2].</param>
    /// <param name="sine">The same angles' sine.</param>
    public override Tensor forward(Tensor stream, Tensor cosine, Tensor sine)
    {
        using var scope = NewDisposeScope();
        var attended = stream + projection.call(Attend(norm1.call(stream), cosine, sine));
        return (attended + contract.call(nn.functional.gelu(expand.call(norm2.call(attended))))).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor input, Tensor cosine, Tensor sine)
    {
        var (batch, length, width) = (input.shape[0], input.shape[1], input.shape[2]);
        var parts = qkv.call(input).view(batch, length, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
        var turned = Turn(parts.narrow(0, 0, 2), cosine, sine);
        var attended = nn.functional.scaled_dot_product_attention(turned.select(0, 0), turned.select(0, 1), parts.select(0, 2), null, 0, true);
        return attended.transpose(1, 2).reshape(batch, length, width);
    }

    private static Tensor Turn(Tensor pairs, Tensor cosine, Tensor sine)
    {
        var half = pairs.shape[^1] / 2;
        var (first, second) = (pairs.narrow(-1, 0, half), pairs.narrow(-1, half, half));
        return cat([(first * cosine) - (second * sine), (second * cosine) + (first * sine)], -1);
    }
}
