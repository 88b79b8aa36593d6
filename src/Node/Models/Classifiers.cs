using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Distributed.Node.Data;
using Distributed.Node.Plugins;
using TorchSharp;
using TorchSharp.Modules;
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

/// <summary>Parameters of <c>lenet</c>: none.</summary>
internal sealed record LeNetParameters;

/// <summary>Builds a model for images of a shape and a number of classes.</summary>
internal delegate Module<Tensor, Tensor> ClassifierBuilder(ImageShape shape, int classes);

/// <summary>The built-in models by name. Layer names are those under which the tensors travel.</summary>
internal static class Classifiers
{
    private const int LeNetSide = 12;

    public static readonly PluginFamily<ClassifierBuilder> Family = new("model",
    [
        new("linear", typeof(LinearParameters), _ => (shape, classes) => Mlp(shape, [], classes)),
        new("mlp", typeof(MlpParameters), parameters => (shape, classes) => Mlp(shape, ((MlpParameters)parameters).Hidden, classes)),
    ]);

    private static Sequential Mlp(ImageShape shape, int[] hidden, int classes)
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

    /// <summary>Why a model cannot take images of a shape; null when it can.</summary>
    public static string? Misfit(string model, ImageShape shape) => model == "lenet" && Math.Min(shape.Height, shape.Width) < LeNetSide
        ? $"model lenet needs images of at least {LeNetSide} x {LeNetSide}, the data has {shape.Height} x {shape.Width}"
        : null;

    private static string Numbered(string name, int number) => name + number.ToString(CultureInfo.InvariantCulture);
}
