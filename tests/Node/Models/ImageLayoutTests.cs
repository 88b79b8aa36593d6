using Distributed.Node.Data;
using Distributed.Node.Data.Images;
using Distributed.Node.Models;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Models;

public sealed class ImageLayoutTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Batch_ForAModelThatWantsChannelsTogether_HoldsTheSameImages(int channels)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(channels, 4, 5);
        float[] pixels = [.. Enumerable.Range(0, 3 * shape.Features).Select(i => (float)i)];
        var set = new ImageSet(shape, pixels, [0, 1, 2]);
        using var task = new ImageClassification(new SharedImages(new Dataset(set, set, 3), images => images.Free()), new Together());

        var inputs = task.ReadBatch(Split.Train, tensor(new long[] { 2, 0 })).Inputs;

        Assert.Equal([2, channels, 4, 5], inputs.shape);
        Assert.Equal(1, inputs.stride(1));
        Assert.Equal([.. pixels[(2 * shape.Features)..], .. pixels[..shape.Features]], inputs.contiguous().data<float>().ToArray());
    }

    private sealed class Together : IClassifier
    {
        public bool ChannelsLast => true;

        public nn.Module<Tensor, Tensor> Build(ImageShape shape, int classes) => nn.Flatten();
    }
}
