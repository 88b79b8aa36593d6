namespace Distributed.Node.Data.Images;

/// <summary>Labelled images in memory, example after example.</summary>
/// <param name="Shape">Extents of one image.</param>
/// <param name="Pixels">Count × channels × height × width numbers, row-major, normalised.</param>
/// <param name="Labels">Class of each example, 0 … classes - 1.</param>
public sealed record ImageSet(ImageShape Shape, float[] Pixels, int[] Labels)
{
    /// <summary>Number of examples.</summary>
    public int Count => Labels.Length;
}
