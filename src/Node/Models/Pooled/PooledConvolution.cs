using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Distributed.Node.Models.Pooled;

/// <summary>
/// <c>Conv2d</c> with 5 x 5 filters, <c>MaxPool2d(2)</c> and <c>ReLU</c> as one operation, on the CPU in single precision. Of the four values of a window only the
/// largest has a gradient, so three quarters of the backward sums fall away; and for the few channels of a LeNet libtorch's convolutions leave most of
/// a vector empty.
/// </summary>
internal sealed class PooledConvolution : autograd.SingleTensorFunction<PooledConvolution>
{
    private const string Shape = "shape";
    private const string InputNeedsGradient = "input needs gradient";

    /// <inheritdoc/>
    public override string Name => nameof(PooledConvolution);

    /// <summary>Whether a convolution, a pooling behind it and their input are what this is made for.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="pool">The pooling behind it.</param>
    /// <param name="input">Images, [batch, channels, height, width].</param>
    public static bool Fits(Conv2d convolution, MaxPool2d pool, Tensor input)
    {
        ReadOnlySpan<long> none = [0, 0], ones = [1, 1], two = [2, 2], five = [PooledShape.Side, PooledShape.Side];
        return Vector256.IsHardwareAccelerated
            && input is { Dimensions: 4, device_type: DeviceType.CPU, dtype: ScalarType.Float32 }
            && convolution is { groups: 1, padding: [var rows, var columns], bias: not null, weight.dtype: ScalarType.Float32 } && rows == columns
            && five.SequenceEqual(convolution.kernel_size) && ones.SequenceEqual(convolution.stride) && ones.SequenceEqual(convolution.dilation)
            && pool.ceil_mode is false && two.SequenceEqual(pool.kernel_size) && two.SequenceEqual(pool.stride)
            && none.SequenceEqual(pool.padding) && ones.SequenceEqual(pool.dilation)
            && input.shape is [_, var channels, var height, var width] && channels == convolution.in_channels
            && height + (2 * rows) > PooledShape.Side && width + (2 * rows) - PooledShape.Side + 1 >= Convolution.Places;
    }

    /// <summary>The three layers one after the other.</summary>
    /// <param name="convolution">The convolution.</param>
    /// <param name="input">Images, [batch, channels, height, width], that fit.</param>
    /// <returns>Shape [batch, outputs, ⌊map height / 2⌋, ⌊map width / 2⌋], the channels of a pixel side by side in memory.</returns>
    public static Tensor Of(Conv2d convolution, Tensor input) => apply(input, convolution.weight, convolution.bias!, convolution.padding![0]);

    /// <summary>Convolves, takes the largest of each window and rectifies it.</summary>
    /// <param name="ctx">Keeps the images, the filters, the result, and where the largest values stood.</param>
    /// <param name="vars">Images, [batch, channels, height, width]; filters, [outputs, channels, 5, 5]; their bias, [outputs]; rows of padding.</param>
    /// <returns>Shape [batch, outputs, down, across].</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (input, weight, bias) = ((Tensor)vars[0], ((Tensor)vars[1]).contiguous(), ((Tensor)vars[2]).contiguous());
        var pixels = PixelByPixel(input);
        var (images, height, width, channels) = (pixels.shape[0], (int)pixels.shape[1], (int)pixels.shape[2], (int)pixels.shape[3]);
        var shape = new PooledShape(channels, height, width, (int)(long)vars[3], (int)weight.shape[0]);
        var result = empty([images, shape.Down, shape.Across, shape.Outputs]);
        var places = empty([images, shape.Down, shape.Across, shape.Outputs], ScalarType.Int32);

        using var filters = Buffer<float>(Convolution.PackedLength(shape));
        using var start = Buffer<float>(shape.MapDepth);
        Convolution.Pack(Numbers<float>(weight), filters.Memory.Span, shape);
        start.Memory.Span.Clear();
        Numbers<float>(bias).CopyTo(start.Memory.Span);
        ImageShares.Run((int)images, (from, to) =>
        {
            using var padded = Buffer<float>(shape.PaddedLength);
            using var map = Buffer<float>(shape.MapLength);
            using var values = Buffer<float>(Windows.BufferLength(shape));
            using var found = Buffer<int>(Windows.BufferLength(shape));
            var source = new Images<float>(pixels, shape.ImageLength);
            var largest = new Images<float>(result, shape.ResultLength);
            var where = new Images<int>(places, shape.ResultLength);
            padded.Memory.Span.Clear();
            for (var image = from; image < to; image++)
            {
                PaddedImage.Write(source[image], padded.Memory.Span, shape);
                Convolution.Run(padded.Memory.Span, filters.Memory.Span, start.Memory.Span, map.Memory.Span, shape);
                Windows.Largest(map.Memory.Span, values.Memory.Span, found.Memory.Span, shape);
                values.Memory.Span[..shape.ResultLength].CopyTo(largest[image]);
                found.Memory.Span[..shape.ResultLength].CopyTo(where[image]);
            }

            return to - from;
        });

        ctx.save_for_backward([pixels, weight, result, places]);
        ctx.save_data(Shape, shape);
        ctx.save_data(InputNeedsGradient, input.requires_grad);
        return result.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The gradients of images, filters and bias.</summary>
    /// <param name="ctx">What the forward pass kept.</param>
    /// <param name="grad_output">The result's, [batch, outputs, down, across].</param>
    /// <returns>As the forward pass was given them; null for the padding, and for images that need none.</returns>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var (saved, shape) = (ctx.get_saved_variables(), (PooledShape)ctx.get_data(Shape));
        var (pixels, weight, result, places) = (saved[0], saved[1], saved[2], saved[3]);
        var gradient = PixelByPixel(grad_output);
        var ofPixels = (bool)ctx.get_data(InputNeedsGradient) ? empty(pixels.shape) : null;
        using var filters = Buffer<float>(InputGradient.PackedLength(shape));
        if (ofPixels is not null)
        {
            InputGradient.Pack(Numbers<float>(weight), filters.Memory.Span, shape);
        }

        var shares = ImageShares.Run((int)pixels.shape[0], (from, to) =>
        {
            var sums = new float[WeightGradient.SumsLength(shape)];
            using var padded = Buffer<float>(shape.PaddedLength);
            using var ofPadded = Buffer<float>(shape.PaddedLength);
            using var masked = Buffer<float>(shape.ResultLength);
            var source = new Images<float>(pixels, shape.ImageLength);
            var largest = new Images<float>(result, shape.ResultLength);
            var where = new Images<int>(places, shape.ResultLength);
            var slopes = new Images<float>(gradient, shape.ResultLength);
            var target = ofPixels is null ? default : new Images<float>(ofPixels, shape.ImageLength);
            padded.Memory.Span.Clear();
            for (var image = from; image < to; image++)
            {
                var rectified = masked.Memory.Span[..shape.ResultLength];
                Windows.Mask(slopes[image], largest[image], rectified);
                PaddedImage.Write(source[image], padded.Memory.Span, shape);
                WeightGradient.Add(padded.Memory.Span, rectified, where[image], sums, shape);
                if (ofPixels is not null)
                {
                    ofPadded.Memory.Span.Clear();
                    InputGradient.Add(filters.Memory.Span, rectified, where[image], ofPadded.Memory.Span, shape);
                    PaddedImage.Read(ofPadded.Memory.Span, target[image], shape);
                }
            }

            return sums;
        });
        foreach (var share in shares.Skip(1))
        {
            TensorPrimitives.Add(shares[0], share, shares[0]);
        }

        var (ofWeight, ofBias) = (empty(weight.shape), empty(shape.Outputs));
        WeightGradient.Unpack(shares[0], Numbers<float>(ofWeight), Numbers<float>(ofBias), shape);
        return [ofPixels?.permute(0, 3, 1, 2)!, ofWeight, ofBias, null!];
    }

    // [batch, height, width, channels]; a copy where the images do not lie so.
    private static Tensor PixelByPixel(Tensor images) => images.permute(0, 2, 3, 1).contiguous();

    private static IMemoryOwner<T> Buffer<T>(int length) => MemoryPool<T>.Shared.Rent(length);

    private static Span<T> Numbers<T>(Tensor tensor)
        where T : struct => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    // The memory of a batch, asked for once and not for each image.
    private readonly ref struct Images<T>(Tensor batch, int length)
        where T : struct
    {
        private readonly Span<T> all = Numbers<T>(batch);

        public Span<T> this[int image] => all.Slice(image * length, length);
    }
}
