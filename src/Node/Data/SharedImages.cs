using Distributed.Node.Data.Images;
using TorchSharp;

namespace Distributed.Node.Data;

/// <summary>A data set as tensors, once in the process, shared by every worker that uses it. Disposing it hands it back to <see cref="DatasetCache"/>.</summary>
internal sealed class SharedImages(Dataset dataset, Action<SharedImages> release) : IDisposable
{
    public ImageTensors Train { get; } = new(dataset.Train);

    public ImageTensors Test { get; } = new(dataset.Test);

    public ImageShape Shape { get; } = dataset.Shape;

    public int Classes { get; } = dataset.Classes;

    public void Dispose() => release(this);

    /// <summary>Frees the memory; called by the cache when nobody uses the data any more.</summary>
    internal void Free()
    {
        Train.Free();
        Test.Free();
    }
}

/// <summary>Examples as tensors.</summary>
internal sealed class ImageTensors(ImageSet set)
{
    /// <summary>[count, channels, height, width], 32-bit floats.</summary>
    public torch.Tensor Pixels { get; } =
        torch.tensor(set.Pixels, [set.Count, set.Shape.Channels, set.Shape.Height, set.Shape.Width]).DetachFromDisposeScope();

    /// <summary>[count], 64-bit integers.</summary>
    public torch.Tensor Labels { get; } = torch.tensor(Array.ConvertAll(set.Labels, label => (long)label)).DetachFromDisposeScope();

    /// <summary>The labels again, for partitions.</summary>
    public int[] ClassOf { get; } = set.Labels;

    public int Count => ClassOf.Length;

    internal void Free()
    {
        Pixels.Dispose();
        Labels.Dispose();
    }
}
