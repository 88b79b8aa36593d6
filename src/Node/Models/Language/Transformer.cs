using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Models.Language;

/// <summary>
/// A decoder over tokens, [batch, length] to scores [batch, length, vocabulary]. The output layer is the embedding's own matrix, which is used twice and is one
/// parameter, so that it travels once.
/// </summary>
internal sealed class Transformer : nn.Module<Tensor, Tensor>
{
    /// <summary>The name in run files.</summary>
    public const string Name = "transformer";

    private const double LongestWave = 10_000;

    private readonly Embedding embedding;
    private readonly ModuleList<TransformerBlock> blocks;
    private readonly LayerNorm norm;
    private readonly int pairs;

    public Transformer(TransformerParameters parameters, int vocabulary)
        : base(nameof(Transformer))
    {
        embedding = nn.Embedding(vocabulary, parameters.Width);
        blocks = nn.ModuleList(Enumerable.Range(0, parameters.Layers).Select(_ => new TransformerBlock(parameters)).ToArray());
        norm = nn.LayerNorm(parameters.Width);
        pairs = parameters.Width / parameters.Heads / 2;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var rates = exp(arange(pairs, dtype: ScalarType.Float32, device: input.device) * (-Math.Log(LongestWave) / pairs));
        var angles = outer(arange(input.shape[1], dtype: ScalarType.Float32, device: input.device), rates);
        var (cosine, sine) = (angles.cos(), angles.sin());
        var stream = embedding.call(input);
        foreach (var block in blocks)
        {
            stream = block.call(stream, cosine, sine);
        }

        return nn.functional.linear(norm.call(stream), embedding.weight!).MoveToOuterDisposeScope();
    }
}
