using System.Globalization;
using Distributed.Node.Data.Images;
using Distributed.Node.Plugins;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Models;

/// <summary>Parameters of <c>linear</c>: none.</summary>
internal sealed record LinearParameters;

/// <summary>Parameters of <c>mlp</c>.</summary>
internal sealed record MlpParameters
{
    private const int MaximumWidth = 1 << 20;

    /// <summary>Widths of the hidden layers, in order.</summary>
    /// <value>[256].</value>
    [EachRange(1, MaximumWidth)]
    public int[] Hidden { get; init; } = [256];
}

/// <summary>Fully connected layers with ReLU between them; none hidden: a linear model.</summary>
internal sealed class Mlp(int[] hidden) : IClassifier
{
    public Module<Tensor, Tensor> Build(ImageShape shape, int classes)
    {
        var layers = new List<(string, Module<Tensor, Tensor>)> { ("flatten", Flatten()) };
        var width = shape.Features;
        for (var i = 0; i < hidden.Length; i++)
        {
            layers.Add((Numbered("fc", i + 1), Linear(width, hidden[i])));
            layers.Add((Numbered("relu", i + 1), ReLU()));
            width = hidden[i];
        }

        layers.Add((Numbered("fc", hidden.Length + 1), Linear(width, classes)));
        return Sequential(layers);
    }

    private static string Numbered(string name, int number) => name + number.ToString(CultureInfo.InvariantCulture);
}
