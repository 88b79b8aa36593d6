using Distributed.Node.Models.Pooled;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Models;

/// <summary>
/// Layers one after the other, as in <see cref="Sequential"/>, of which neighbours are computed as one operation where there is one: a convolution, the
/// pooling behind it and the rectifier behind that (<see cref="PooledConvolution"/>). Hooks of such layers are not called then; who wants to see into them sets <see cref="Fuses"/>.
/// </summary>
internal sealed class FusingChain : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor>[] layers;

    /// <summary>Builds it; tensors travel under the layers' names.</summary>
    /// <param name="layers">The layers.</param>
    public FusingChain(params (string Name, nn.Module<Tensor, Tensor> Layer)[] layers)
        : base(nameof(FusingChain))
    {
        this.layers = Array.ConvertAll(layers, layer => layer.Layer);
        foreach (var (name, layer) in layers)
        {
            register_module(name, layer);
        }
    }

    /// <summary>Whether neighbours may be computed as one; each layer is called by itself otherwise.</summary>
    public bool Fuses { get; set; } = true;

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input;
        for (var i = 0; i < layers.Length; i++)
        {
            if (Fuses && layers.AsSpan(i) is [Conv2d convolution, MaxPool2d pool, ReLU, ..] && PooledConvolution.Fits(convolution, pool, value))
            {
                value = PooledConvolution.Of(convolution, value);
                i += 2;
            }
            else
            {
                value = layers[i].call(value);
            }
        }

        return value.MoveToOuterDisposeScope();
    }
}
