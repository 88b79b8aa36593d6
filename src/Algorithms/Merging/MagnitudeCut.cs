using System.Numerics;
using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Merging;

/// <summary>The largest magnitudes of a sequence: those above a threshold, and of those equal to it the ones up to a position.</summary>
/// <param name="Threshold">The smallest magnitude that belongs to them.</param>
/// <param name="Last">The last position at which a magnitude equal to the threshold still does.</param>
internal readonly record struct MagnitudeCut(double Threshold, long Last)
{
    public static MagnitudeCut Nothing { get; } = new(double.PositiveInfinity, -1);

    public static MagnitudeCut Everything { get; } = new(0, long.MaxValue);

    public bool Includes(double value, long position)
    {
        var magnitude = Math.Abs(value);
        return magnitude > Threshold || (magnitude == Threshold && position <= Last);
    }

    /// <summary>Sets those to 0 that do not belong to them.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="position">The first one's position.</param>
    public void Keep(Span<double> values, long position)
    {
        // Up to the last position a magnitude equal to the threshold belongs, behind it none does.
        var equal = (int)Math.Clamp(Last - position + 1, 0, values.Length);
        if (Last == long.MaxValue) equal = values.Length;
        Keep(values[..equal], Threshold);
        Keep(values[equal..], Math.BitIncrement(Threshold));
    }

    private static void Keep(Span<double> values, double least)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(values);
        var limit = new Vector<double>(least);
        foreach (ref var v in vectors) v = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(Vector.Abs(v), limit), v, Vector<double>.Zero);
        for (var i = vectors.Length * Vector<double>.Count; i < values.Length; i++)
            if (Math.Abs(values[i]) < least) values[i] = 0;
    }
}
