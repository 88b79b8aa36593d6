namespace Distributed.Node.Models.Pooled;

/// <summary>
/// Extents of a 5 x 5 convolution of stride 1 with the largest of each 2 x 2 window behind it. An image lies pixel by pixel, the channels of a pixel side by
/// side; the kernels see it with its padding around it.
/// </summary>
/// <param name="Channels">Of an image.</param>
/// <param name="Height">Of an image without padding.</param>
/// <param name="Width">Of an image without padding.</param>
/// <param name="Padding">Rows and columns of zeros on each side.</param>
/// <param name="Outputs">Channels that the convolution gives.</param>
internal readonly record struct PooledShape(int Channels, int Height, int Width, int Padding, int Outputs)
{
    /// <summary>Rows and columns of a filter.</summary>
    public const int Side = 5;

    /// <summary>Rows and columns of what a pooling window sees.</summary>
    public const int WindowSide = Side + 1;

    /// <summary>Numbers of a vector.</summary>
    public const int Lanes = 8;

    /// <summary>Numbers in a row of a padded image.</summary>
    public int Row => (Width + (2 * Padding)) * Channels;

    /// <summary>Numbers of a padded image, and a vector behind it: the last that begins in it may reach so far.</summary>
    public int PaddedLength => ((Height + (2 * Padding)) * Row) + Lanes;

    /// <summary>Numbers of an image without padding.</summary>
    public int ImageLength => Height * Width * Channels;

    /// <summary>Rows of the map between convolution and pooling.</summary>
    public int MapHeight => Height + (2 * Padding) - Side + 1;

    /// <summary>Columns of the map.</summary>
    public int MapWidth => Width + (2 * Padding) - Side + 1;

    /// <summary>Rows of windows; a last odd row of the map belongs to none.</summary>
    public int Down => MapHeight / 2;

    /// <summary>Columns of windows.</summary>
    public int Across => MapWidth / 2;

    /// <summary>Numbers of an image's result: [down, across, outputs].</summary>
    public int ResultLength => Down * Across * Outputs;

    /// <summary>Numbers of one place of the map: the outputs, and zeros up to a whole vector.</summary>
    public int MapDepth => Vectors(Outputs) * Lanes;

    /// <summary>Numbers of the map without a last odd row, [2 x down, map width, map depth].</summary>
    public int MapLength => 2 * Down * MapWidth * MapDepth;

    /// <summary>Vectors that hold a row of a filter.</summary>
    public int FilterVectors => Vectors(Side * Channels);

    /// <summary>Vectors that hold a row of what a window sees.</summary>
    public int WindowVectors => Vectors(WindowSide * Channels);

    private static int Vectors(int numbers) => (numbers + Lanes - 1) / Lanes;
}
