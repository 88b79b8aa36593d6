using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Models;

/// <summary>
/// <c>MaxPool2d(2)</c>: the same values and gradients, bit for bit. libtorch's own asks element by element which one is the largest where the channels do not
/// fill its vectors, an eighth of a LeNet step. This one finds the largest of many windows at once and lets libtorch gather them, which is what
/// is differentiated. Images on the CPU whose channels lie together; others go the usual way.
/// </summary>
internal sealed class HalvingPool() : nn.Module<Tensor, Tensor>(nameof(HalvingPool))
{
    /// <summary>Pools.</summary>
    /// <param name="input">Images, shape [batch, channels, height, width].</param>
    /// <returns>Shape [batch, channels, ⌊height / 2⌋, ⌊width / 2⌋], its channels together where the input's are.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Pool(input).MoveToOuterDisposeScope();
    }

    private static Tensor Pool(Tensor input)
    {
        if (Pixels(input) is not { } pixels)
        {
            return nn.functional.max_pool2d(input, 2);
        }

        var (images, height, width, channels) = (pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2], (int)pixels.shape[3]);
        var places = empty([images, height / 2 * (width / 2) * channels], ScalarType.Int64);
        LargestOfWindows.Find(
            MemoryMarshal.Cast<byte, float>(pixels.bytes), height, width, channels, MemoryMarshal.Cast<byte, long>(places.bytes));
        return pixels.flatten(1).gather(1, places).view(images, height / 2, width / 2, channels).permute(0, 3, 1, 2);
    }

    // [batch, height, width, channels], if that is how they lie.
    private static Tensor? Pixels(Tensor input)
    {
        if (input is not { Dimensions: 4, device_type: DeviceType.CPU, dtype: ScalarType.Float32 })
        {
            return null;
        }

        var pixels = input.permute(0, 2, 3, 1);
        return pixels.is_contiguous() ? pixels : null;
    }
}
