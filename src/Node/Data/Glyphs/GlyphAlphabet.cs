namespace Distributed.Node.Data.Glyphs;

/// <summary>A straight stroke between two points of the unit square, x to the right and y down.</summary>
internal readonly record struct Stroke(double X1, double Y1, double X2, double Y2);

/// <summary>The ten characters, drawn by hand as strokes. Several share most of their strokes, so that position alone does not tell them apart.</summary>
internal static class GlyphAlphabet
{
    public const int Classes = 10;

    private const double L = 0.2, M = 0.5, R = 0.8;

    public static readonly Stroke[][] Glyphs =
    [
        [new(L, L, R, L), new(M, L, M, R)], // T
        [new(L, L, L, R), new(L, R, R, R)], // L
        [new(L, L, R, R), new(R, L, L, R)], // X
        [new(L, L, L, R), new(R, L, R, R), new(L, M, R, M)], // H
        [new(L, L, R, L), new(R, L, L, R), new(L, R, R, R)], // Z
        [new(L, L, R, L), new(L, L, L, R), new(L, R, R, R), new(L, M, R, M)], // E
        [new(L, R, M, L), new(M, L, R, R)], // a tent
        [new(L, L, R, L), new(R, L, R, R), new(R, R, L, R), new(L, R, L, L)], // a box
        [new(M, L, M, R), new(L, M, R, M)], // a cross
        [new(R, L, L, M), new(L, M, R, R)], // an angle
    ];
}
