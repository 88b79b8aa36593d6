using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>The loss of a network (or its accuracy) on the straight line (1-t) A + t B between two models.</summary>
public sealed record BarrierCurve
{
    /// <summary>Number of points of the published curves.</summary>
    public const int UsualPoints = 25;

    /// <summary>Takes what was measured.</summary>
    /// <param name="positions">t, ascending from 0 to 1, at least two.</param>
    /// <param name="values">The loss or the accuracy at each.</param>
    /// <exception cref="ArgumentException">The positions are others, or a value is NaN or infinite.</exception>
    public BarrierCurve(ImmutableArray<double> positions, ImmutableArray<double> values)
    {
        if (positions.Length < 2 || positions[0] != 0 || positions[^1] != 1 || positions.Zip(positions.Skip(1)).Any(pair => !(pair.First < pair.Second)))
            throw new ArgumentException("The positions must ascend from 0 to 1.", nameof(positions));
        if (values.Length != positions.Length) throw new ArgumentException($"{values.Length} values for {positions.Length} positions.", nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i])) throw new ArgumentException($"The value at t = {positions[i]} is {values[i]}.", nameof(values));
        }
        (Positions, Values) = (positions, values);
    }

    /// <summary>t.</summary>
    public ImmutableArray<double> Positions { get; }

    /// <summary>The loss or the accuracy at each.</summary>
    public ImmutableArray<double> Values { get; }

    /// <summary>
    /// max L(t) - (L(0) + L(1)) / 2: the barrier of Git Re-Basin. Positive on a straight line between unequal ends, too.
    /// </summary>
    public double EndpointMeanBarrier => Values.Max() - ((Values[0] + Values[^1]) / 2);

    /// <summary>max L(t) - ((1-t) L(0) + t L(1)), at least 0: the barrier of Entezari et al. and of REPAIR.</summary>
    public double LinearBarrier => Positions.Zip(Values, (t, loss) => loss - (((1 - t) * Values[0]) + (t * Values[^1]))).Max();

    /// <summary>(A(0) + A(1)) / 2 - min A(t): what accuracies lose against the mean of the ends.</summary>
    public double AccuracyBarrier => ((Values[0] + Values[^1]) / 2) - Values.Min();

    /// <summary>Equally spaced positions from 0 to 1.</summary>
    /// <param name="count">How many, at least 2.</param>
    public static ImmutableArray<double> Spaced(int count = UsualPoints)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        return [.. Enumerable.Range(0, count).Select(i => i / (double)(count - 1))];
    }
}
