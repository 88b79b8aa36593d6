using Distributed.Node.Data;
using Distributed.Node.Merging;
using Distributed.Node.Models;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

public sealed class FusingChainTests
{
    [Fact]
    public void Forward_Fused_IsTheLayersOneByOne()
    {
        using var scope = NewDisposeScope();
        var chain = (FusingChain)new LeNet().Build(new ImageShape(1, 28, 28), 10);
        var images = rand(3, 1, 28, 28);

        var fused = chain.call(images);
        chain.Fuses = false;

        Assert.True(fused.allclose(chain.call(images), rtol: 1e-4, atol: 1e-5));
        Assert.True(fused.allclose(nn.Sequential(chain.named_children().Select(child => (nn.Module<Tensor, Tensor>)child.module)).call(images), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void Forward_LayersThatDoNotFit_CallsEach()
    {
        using var scope = NewDisposeScope();
        var chain = new FusingChain(("conv", nn.Conv2d(1, 2, 3)), ("pool", nn.MaxPool2d(2)), ("relu", nn.ReLU()));
        var images = rand(1, 1, 16, 16);

        Assert.Equal([1, 2, 7, 7], chain.call(images).shape);
        Assert.Equal(["conv.weight", "conv.bias"], chain.named_parameters().Select(pair => pair.name));
    }

    [Fact]
    public void Watch_OfAChain_SeesEveryLayerAndLeavesItFused()
    {
        using var scope = NewDisposeScope();
        var chain = (FusingChain)new LeNet().Build(new ImageShape(1, 28, 28), 10);
        var seen = new List<string>();
        using (new LayerWatch(chain, (path, _, _, _) => seen.Add(path)))
        {
            chain.call(rand(1, 1, 28, 28));
        }

        Assert.Equal([.. chain.named_children().Select(child => child.name), ""], seen);
        Assert.True(chain.Fuses);
    }
}
