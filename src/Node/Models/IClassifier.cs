using Distributed.Node.Data;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Models;

/// <summary>A model for labelled images. The names of its layers are those under which the tensors travel.</summary>
internal interface IClassifier
{
    /// <summary>Builds it; from images [batch, channels, height, width] to scores [batch, classes].</summary>
    Module<Tensor, Tensor> Build(ImageShape shape, int classes);

    /// <summary>Why it cannot take images of a shape; null when it can.</summary>
    string? Misfit(ImageShape shape) => null;
}
