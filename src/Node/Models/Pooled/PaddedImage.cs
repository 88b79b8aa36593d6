namespace Distributed.Node.Models.Pooled;

/// <summary>An image with its padding around it.</summary>
internal static class PaddedImage
{
    /// <summary>Copies an image, [height, width, channels], into the middle; the padding stays as it is.</summary>
    public static void Write(ReadOnlySpan<float> image, Span<float> padded, in PooledShape shape)
    {
        for (var y = 0; y < shape.Height; y++)
        {
            image.Slice(y * shape.Width * shape.Channels, shape.Width * shape.Channels).CopyTo(padded[Start(y, shape)..]);
        }
    }

    /// <summary>Copies what lies within the padding to an image.</summary>
    public static void Read(ReadOnlySpan<float> padded, Span<float> image, in PooledShape shape)
    {
        for (var y = 0; y < shape.Height; y++)
        {
            padded.Slice(Start(y, shape), shape.Width * shape.Channels).CopyTo(image[(y * shape.Width * shape.Channels)..]);
        }
    }

    private static int Start(int y, in PooledShape shape) => ((y + shape.Padding) * shape.Row) + (shape.Padding * shape.Channels);
}
