using Distributed.Node.Data.Random;

namespace Distributed.Node.Data.Glyphs;

/// <summary>
/// Draws example <c>index</c> of a seed: a glyph through a random affine map, strokes of random width, noise, and a random polarity: dark on bright as often as
/// bright on dark. The polarity is what a linear model cannot undo: averaged over it, no pixel says anything about the class.
/// </summary>
internal static class GlyphPainter
{
    public const int Side = 28;

    /// <summary>Paints one image and returns its class. A pure function of (seed, index).</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="index">Position in the data set.</param>
    /// <param name="pixels">Side × side numbers, about zero mean and unit scale.</param>
    public static int Paint(int seed, int index, Span<float> pixels)
    {
        var stream = new RandomStream(seed, RandomPurpose.Example, index);
        var label = stream.NextInt(GlyphAlphabet.Classes);
        Span<Stroke> strokes = stackalloc Stroke[8];
        strokes = Distort(ref stream, GlyphAlphabet.Glyphs[label], strokes);
        var width = stream.NextDouble(0.035, 0.07);
        var contrast = stream.NextDouble(0.7, 1.0) * (stream.NextInt(4) == 0 ? -1 : 1);

        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var distance = Distance(strokes, (x + 0.5) / Side, (y + 0.5) / Side);
                // One pixel of soft edge on both sides of the stroke.
                var ink = Math.Clamp(((width - distance) * Side) + 0.5, 0, 1);
                pixels[(y * Side) + x] = (float)((contrast * ((2 * ink) - 1)) + Noise(ref stream));
            }
        }

        return label;
    }

    // Without angles: sine and cosine differ between C libraries, shears do not.
    private static Span<Stroke> Distort(ref RandomStream stream, Stroke[] glyph, Span<Stroke> result)
    {
        var (a, b) = (stream.NextDouble(0.82, 1.1), stream.NextDouble(-0.18, 0.18));
        var (c, d) = (stream.NextDouble(-0.18, 0.18), stream.NextDouble(0.82, 1.1));
        var (dx, dy) = (stream.NextDouble(-0.07, 0.07), stream.NextDouble(-0.07, 0.07));
        for (var i = 0; i < glyph.Length; i++)
        {
            var (x1, y1) = Map(glyph[i].X1 - 0.5, glyph[i].Y1 - 0.5);
            var (x2, y2) = Map(glyph[i].X2 - 0.5, glyph[i].Y2 - 0.5);
            result[i] = new(x1, y1, x2, y2);
        }

        return result[..glyph.Length];

        (double X, double Y) Map(double x, double y) => ((a * x) + (b * y) + dx + 0.5, (c * x) + (d * y) + dy + 0.5);
    }

    private static double Distance(ReadOnlySpan<Stroke> strokes, double x, double y)
    {
        var nearest = double.MaxValue;
        foreach (var s in strokes)
        {
            var (ux, uy) = (s.X2 - s.X1, s.Y2 - s.Y1);
            var along = Math.Clamp((((x - s.X1) * ux) + ((y - s.Y1) * uy)) / ((ux * ux) + (uy * uy)), 0, 1);
            var (ex, ey) = (x - s.X1 - (along * ux), y - s.Y1 - (along * uy));
            nearest = Math.Min(nearest, (ex * ex) + (ey * ey));
        }

        return Math.Sqrt(nearest);
    }

    // The sum of four uniforms: bell-shaped, standard deviation 0.3, and the same bits everywhere.
    private static double Noise(ref RandomStream stream)
    {
        var bits = stream.NextBits();
        var sum = (bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48);
        return (sum / 65535.0 - 2) * (0.3 * 1.7320508075688772);
    }
}
