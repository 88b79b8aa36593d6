namespace Distributed.Node.Data.Images;

/// <summary>What a source gives: the examples to train on, to be dealt to clients, and those to test on.</summary>
/// <param name="Train">Training examples; a partition's indices point into them.</param>
/// <param name="Test">Test examples.</param>
/// <param name="Classes">Number of classes.</param>
public sealed record Dataset(ImageSet Train, ImageSet Test, int Classes)
{
    /// <summary>Extents of one image.</summary>
    public ImageShape Shape => Train.Shape;
}
