using Distributed.Node.Data.Images;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Models;

/// <summary>Parameters of <c>lenet</c>: none.</summary>
internal sealed record LeNetParameters;

/// <summary>
/// LeNet-5 (LeCun et al. 1998) as it is written today: ReLU and max-pooling; the second convolution sees the same picture as for 28 x 28. The largest value is
/// taken before it is activated, which gives the same numbers and gradients from a quarter of the activations.
/// </summary>
internal sealed class LeNet : IClassifier
{
    private const int Side = 12;

    public Module<Tensor, Tensor> Build(ImageShape shape, int classes) => Sequential(
        ("conv1", new FilledConv2d(shape.Channels, 6, 5, padding: 2)),
        ("pool1", MaxPool2d(2)),
        ("relu1", ReLU()),
        ("conv2", new FilledConv2d(6, 16, 5)),
        ("pool2", MaxPool2d(2)),
        ("relu2", ReLU()),
        ("flatten", Flatten()),
        ("fc1", Linear(16L * (((shape.Height / 2) - 4) / 2) * (((shape.Width / 2) - 4) / 2), 120)),
        ("relu3", ReLU()),
        ("fc2", Linear(120, 84)),
        ("relu4", ReLU()),
        ("fc3", Linear(84, classes)));

    public string? Misfit(ImageShape shape) => Math.Min(shape.Height, shape.Width) < Side
        ? $"model lenet needs images of at least {Side} x {Side}, the data has {shape.Height} x {shape.Width}"
        : null;
}
