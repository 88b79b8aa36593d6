using Distributed.Node.Data;
using Distributed.Node.Data.Images;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Models;

/// <summary>Labelled images, a model that gives a score for each class, cross-entropy.</summary>
internal sealed class ImageClassification : ILearningTask
{
    private readonly SharedImages images;
    private readonly IClassifier classifier;

    /// <summary>Takes over <paramref name="images"/> and releases them at the end.</summary>
    public ImageClassification(SharedImages images, IClassifier classifier)
    {
        this.images = images;
        this.classifier = classifier;
    }

    public int TrainCount => images.Train.Count;

    public int TestCount => images.Test.Count;

    public IReadOnlyList<int> TrainLabels => images.Train.ClassOf;

    public IReadOnlyList<int> TestLabels => images.Test.ClassOf;

    /// <summary>Extents of one image.</summary>
    public ImageShape Shape => images.Shape;

    public nn.Module BuildModel() => classifier.Build(images.Shape, images.Classes);

    public Batch ReadBatch(Split split, Tensor indices)
    {
        var source = split == Split.Train ? images.Train : images.Test;
        var pixels = source.Pixels.index_select(0, indices);
        return new Batch(classifier.ChannelsLast ? ChannelsLast(pixels) : pixels, source.Labels.index_select(0, indices));
    }

    public Tensor Losses(nn.Module model, Batch batch) =>
        functional.cross_entropy(((Module<Tensor, Tensor>)model).call(batch.Inputs), batch.Targets, reduction: Reduction.None);

    public BatchScores Evaluate(nn.Module model, Batch batch)
    {
        var scores = ((Module<Tensor, Tensor>)model).call(batch.Inputs);
        return new BatchScores(
            functional.cross_entropy(scores, batch.Targets, reduction: Reduction.None),
            scores.argmax(1).eq(batch.Targets));
    }

    public void Dispose() => images.Dispose();

    // The same images [batch, channels, height, width] with the channels of a pixel side by side; a single channel lies so already, and only the strides must say it.
    private Tensor ChannelsLast(Tensor pixels)
    {
        var (channels, height, width) = images.Shape;
        return (channels == 1 ? pixels.view(-1, height, width, 1) : pixels.permute(0, 2, 3, 1).contiguous()).permute(0, 3, 1, 2);
    }
}
