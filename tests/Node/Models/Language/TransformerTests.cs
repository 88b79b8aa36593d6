using Distributed.Node.Models;
using Distributed.Node.Models.Language;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models.Language;

public sealed class TransformerTests
{
    private static readonly TransformerParameters Small = new() { Width = 16, Layers = 2, Heads = 2, Context = 8 };

    [Fact]
    public void Transformer_OfALaterToken_DoesNotSeeIt()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(1);
        var first = model.call(tensor([1L, 2, 3, 4]).unsqueeze(0)).narrow(1, 0, 3);
        var other = model.call(tensor([1L, 2, 3, 9]).unsqueeze(0)).narrow(1, 0, 3);

        Assert.True(first.allclose(other, atol: 1e-6));
    }

    // Rotary positions: without them attention to a set of tokens would not know their order.
    [Fact]
    public void Transformer_OfTokensInAnotherOrder_ScoresOtherwise()
    {
        using var scope = NewDisposeScope();
        using var model = Filled(1);
        var first = model.call(tensor([1L, 2, 3]).unsqueeze(0)).select(1, 2);
        var other = model.call(tensor([2L, 1, 3]).unsqueeze(0)).select(1, 2);

        Assert.False(first.allclose(other, atol: 1e-5));
    }

    [Fact]
    public void OutputLayer_TiedToTheEmbedding_TravelsOnceAndLoads()
    {
        using var scope = NewDisposeScope();
        using var from = Filled(1);
        using var to = Filled(2);
        var (sent, received) = (new ModelState(from), new ModelState(to));
        var bytes = new byte[sent.Manifest.ByteLength];
        sent.Save(bytes);
        received.Load(bytes);
        var input = tensor([5L, 6, 7]).unsqueeze(0);

        Assert.Single(sent.Manifest.Entries, entry => entry.Shape.SequenceEqual([256L, 16L]));
        Assert.Equal(from.call(input).data<float>(), to.call(input).data<float>());
    }

    private static Transformer Filled(int seed)
    {
        var model = new Transformer(Small, LanguageModelling.Vocabulary);
        InitialParameters.UniformByFanIn(model, seed);
        return model;
    }
}
