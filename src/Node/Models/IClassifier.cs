using Distributed.Node.Data.Images;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Models;

/// <summary>A model for labelled images. The names of its layers are those under which the tensors travel.</summary>
internal interface IClassifier
{
    /// <summary>
    /// Whether the model is given images whose channels lie together in memory (<c>channels_last</c>): convolutions, pooling and norms of a batch are faster that way,
    /// norms of groups are not.
    /// </summary>
    bool ChannelsLast => false;

    /// <summary>Builds it; from images [batch, channels, height, width] to scores [batch, classes].</summary>
    Module<Tensor, Tensor> Build(ImageShape shape, int classes);

    /// <summary>Why it cannot take images of a shape; null when it can.</summary>
    string? Misfit(ImageShape shape) => null;
}
