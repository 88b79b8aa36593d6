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
        new("lenet", typeof(LeNetParameters), _ => LeNet),
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

    // LeNet-5 as it is written today: ReLU and max-pooling; the second convolution sees the same picture as for 28 x 28.
    private static Sequential LeNet(ImageShape shape, int classes) => Sequential(
        ("conv1", Conv2d(shape.Channels, 6, 5, padding: 2)),
        ("relu1", ReLU()),
        ("pool1", MaxPool2d(2)),
        ("conv2", Conv2d(6, 16, 5)),
        ("relu2", ReLU()),
        ("pool2", MaxPool2d(2)),
        ("flatten", Flatten()),
        ("fc1", Linear(16L * (((shape.Height / 2) - 4) / 2) * (((shape.Width / 2) - 4) / 2), 120)),
        ("relu3", ReLU()),
        ("fc2", Linear(120, 84)),
        ("relu4", ReLU()),
        ("fc3", Linear(84, classes)));

    /// <summary>Why a model cannot take images of a shape; null when it can.</summary>
    public static string? Misfit(string model, ImageShape shape) => model == "lenet" && Math.Min(shape.Height, shape.Width) < LeNetSide
        ? $"model lenet needs images of at least {LeNetSide} x {LeNetSide}, the data has {shape.Height} x {shape.Width}"
        : null;

    private static string Numbered(string name, int number) => name + number.ToString(CultureInfo.InvariantCulture);
}
