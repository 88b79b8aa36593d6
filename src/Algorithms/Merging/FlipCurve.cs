namespace Distributed.Algorithms.Merging;

/// <summary>How a mix of an old model and a new one does on validation examples.</summary>
/// <param name="Alpha">The old model's share, from 0 to 1.</param>
/// <param name="Accuracy">The share of examples that it gets right.</param>
/// <param name="NegativeFlips">The share of examples that the old model has right and it has wrong.</param>
/// <param name="PositiveFlips">The share of examples that the old model has wrong and it has right.</param>
public sealed record FlipPoint(double Alpha, double Accuracy, double NegativeFlips, double PositiveFlips);

/// <summary>
/// Chooses the share of the old model in backward-compatible weight interpolation: as much of it as the accuracy allows, since the more of it,
/// the fewer examples flip from right to wrong.
/// </summary>
public static class FlipCurve
{
    /// <summary>Compares a mix with the old model.</summary>
    /// <param name="alpha">The old model's share.</param>
    /// <param name="labels">The right class of each example; at least one example.</param>
    /// <param name="old">The class that the old model gives it.</param>
    /// <param name="mixed">The class that the mix gives it.</param>
    /// <exception cref="ArgumentException">The lengths differ, or there is no example.</exception>
    public static FlipPoint Measure(double alpha, ReadOnlySpan<int> labels, ReadOnlySpan<int> old, ReadOnlySpan<int> mixed)
    {
        if (labels.IsEmpty || old.Length != labels.Length || mixed.Length != labels.Length)
            throw new ArgumentException("Labels and predictions must be as many, and at least one.", nameof(labels));
        var (right, lost, won) = (0, 0, 0);
        for (var i = 0; i < labels.Length; i++)
        {
            right += mixed[i] == labels[i] ? 1 : 0;
            lost += old[i] == labels[i] && mixed[i] != labels[i] ? 1 : 0;
            won += old[i] != labels[i] && mixed[i] == labels[i] ? 1 : 0;
        }
        double examples = labels.Length;
        return new FlipPoint(alpha, right / examples, lost / examples, won / examples);
    }

    /// <summary>The point with the largest share of the old model that is as accurate as the new model by itself.</summary>
    /// <param name="curve">Points for several shares; that of share 0 is the new model by itself and must be among them.</param>
    /// <param name="tolerance">How much accuracy may be lost, from 0 to 1.</param>
    /// <exception cref="ArgumentException">There is no point for share 0, or the tolerance is negative.</exception>
    public static FlipPoint Choose(IReadOnlyCollection<FlipPoint> curve, double tolerance = 0)
    {
        ArgumentNullException.ThrowIfNull(curve);
        ArgumentOutOfRangeException.ThrowIfNegative(tolerance);
        var alone = curve.FirstOrDefault(p => p.Alpha == 0)
            ?? throw new ArgumentException("The curve lacks the new model by itself.", nameof(curve));
        return curve.Where(p => p.Accuracy >= alone.Accuracy - tolerance).MaxBy(p => p.Alpha)!;
    }
}
