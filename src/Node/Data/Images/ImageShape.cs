namespace Distributed.Node.Data.Images;

/// <summary>Extents of one example.</summary>
/// <param name="Channels">1 for grey images.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Numbers in an example.</summary>
    public int Features => Channels * Height * Width;
}
