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
}
