using Distributed.Node.Engine;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace Distributed.Node.Models;

/// <summary>
/// A convolution of few channels, which are filled up with zeros to whole blocks of oneDNN while it computes: the same numbers by its fast kernels, which are wrong
/// where a block is not full (docs/decisions/0011). Parameters are those of the plain layer: <c>weight</c> [to, from, kernel, kernel] and <c>bias</c> [to].
/// </summary>
public sealed class FilledConv2d : Module<Tensor, Tensor>
{
    // Found by their names, and set anew when the module moves to another device or type.
    private readonly Parameter weight;
    private readonly Parameter bias;

    /// <summary>A layer with PyTorch's initial values.</summary>
    /// <param name="from">Channels of the input.</param>
    /// <param name="to">Channels of the output.</param>
    /// <param name="kernel">Side of the square kernel.</param>
    /// <param name="padding">Zeros on each side of the picture.</param>
    public FilledConv2d(long from, long to, long kernel, long padding = 0)
        : base(nameof(FilledConv2d))
    {
        using var plain = Conv2d(from, to, kernel);
        (Padding, weight, bias) = (padding, new(plain.weight.detach().clone()), new(plain.bias!.detach().clone()));
        RegisterComponents();
    }

    internal long Padding { get; }

    internal Parameter Weight => weight;

    internal Parameter Bias => bias;

    /// <inheritdoc />
    public override Tensor forward(Tensor input)
    {
        var (to, from) = (weight.shape[0], weight.shape[1]);
        var (lackTo, lackFrom) = (Convolutions.Lack(to), Convolutions.LackOfInput(from));
        using var scope = NewDisposeScope();
        var images = lackFrom == 0 ? input : functional.pad(input, [0, 0, 0, 0, 0, lackFrom]);
        var weights = lackFrom + lackTo == 0 ? weight : functional.pad(weight, [0, 0, 0, 0, 0, lackFrom, 0, lackTo]);
        var output = functional.conv2d(images, weights, lackTo == 0 ? bias : functional.pad(bias, [0, lackTo]), padding: [Padding, Padding]);
        return (lackTo == 0 ? output : output.narrow(1, 0, to)).MoveToOuterDisposeScope();
    }
}
