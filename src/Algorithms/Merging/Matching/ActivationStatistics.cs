using System.Collections.Immutable;

namespace Distributed.Algorithms.Merging.Matching;

/// <summary>What activations are compared by.</summary>
public enum ActivationSimilarity
{
    /// <summary>Pearson's correlation; 0 where a unit never changes. Better for deep networks.</summary>
    Correlation,
    /// <summary>The unbiased covariance plus the product of the means.</summary>
    Inner,
}

/// <summary>
/// Means and centred products of two models' activations on the same samples, for the units of one permutation: behind the nonlinearity, at a
/// place where a unit is an element of what the permutation relabels. Every position of a map is a sample. Blocks of samples may come in any
/// division, on several nodes (Chan's merge); double precision. Memory: units².
/// </summary>
public sealed class ActivationStatistics
{
    // A unit whose deviation is below this share of its mean never changed: the rest is rounding of the mean.
    private const double ConstantBelow = 1e-12;

    private readonly UnitProducts _multiply = new();
    private readonly double[] _meanA;
    private readonly double[] _meanB;
    private readonly double[] _squaresA;
    private readonly double[] _squaresB;
    private readonly double[] _products;

    /// <summary>Starts without samples.</summary>
    /// <param name="units">Number of units, at least 1.</param>
    public ActivationStatistics(int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        Units = units;
        (_meanA, _meanB, _squaresA, _squaresB) = (new double[units], new double[units], new double[units], new double[units]);
        _products = new double[checked(units * units)];
    }

    /// <summary>Number of units.</summary>
    public int Units { get; }

    /// <summary>Number of samples so far.</summary>
    public long Count { get; private set; }

    /// <summary>Adds samples of both models, in the same order.</summary>
    /// <param name="a">The reference's activations, samples × units, row-major.</param>
    /// <param name="b">The model's.</param>
    /// <exception cref="ArgumentException">They are not of whole samples or not of as many, or one is NaN or infinite.</exception>
    public void Add(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length || a.Length % Units != 0)
            throw new ArgumentException($"{a.Length} and {b.Length} activations are not as many samples of {Units} units.", nameof(a));
        if (a.IsEmpty) return;
        var block = new ActivationStatistics(Units) { Count = a.Length / Units };
        var centredA = Centre(a, block._meanA, block._squaresA, nameof(a));
        var centredB = Centre(b, block._meanB, block._squaresB, nameof(b));
        var rows = new UnitRows(0, 1, [.. Enumerable.Range(0, (int)block.Count).Select(sample => sample * Units)]);
        _multiply.Add<double, double>(Units, centredA, rows, centredB, rows, 1, block._products);
        Merge(block);
    }

    /// <summary>Adds what was collected elsewhere.</summary>
    /// <param name="other">Statistics of the same units over other samples.</param>
    /// <exception cref="ArgumentException">They are of another number of units.</exception>
    public void Merge(ActivationStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Units != Units) throw new ArgumentException($"Statistics of {other.Units} units, not of {Units}.", nameof(other));
        if (other.Count == 0) return;
        var count = Count + other.Count;
        var (share, joint) = (other.Count / (double)count, Count * (other.Count / (double)count));
        var moveA = Enumerable.Range(0, Units).Select(i => other._meanA[i] - _meanA[i]).ToArray();
        var moveB = Enumerable.Range(0, Units).Select(i => other._meanB[i] - _meanB[i]).ToArray();
        for (var i = 0; i < Units; i++)
        {
            _meanA[i] += share * moveA[i];
            _meanB[i] += share * moveB[i];
            _squaresA[i] += other._squaresA[i] + (joint * moveA[i] * moveA[i]);
            _squaresB[i] += other._squaresB[i] + (joint * moveB[i] * moveB[i]);
            for (var j = 0; j < Units; j++) _products[(i * Units) + j] += other._products[(i * Units) + j] + (joint * moveA[i] * moveB[j]);
        }
        Count = count;
    }

    /// <summary>How alike unit i of the reference and unit j of the model are, row-major.</summary>
    /// <param name="similarity">By what.</param>
    /// <exception cref="InvalidOperationException">There are fewer than two samples.</exception>
    public ImmutableArray<double> Similarity(ActivationSimilarity similarity)
    {
        if (Count < 2) throw new InvalidOperationException($"{Count} samples say nothing; at least two are needed.");
        var all = ImmutableArray.CreateBuilder<double>(Units * Units);
        for (var i = 0; i < Units; i++)
        {
            for (var j = 0; j < Units; j++)
                all.Add(similarity == ActivationSimilarity.Inner ? Inner(i, j) : Correlation(i, j));
        }
        return all.MoveToImmutable();
    }

    private double Inner(int i, int j) => (_products[(i * Units) + j] / (Count - 1)) + (_meanA[i] * _meanB[j]);

    private double Correlation(int i, int j) => IsConstant(_squaresA[i], _meanA[i]) || IsConstant(_squaresB[j], _meanB[j])
        ? 0 : _products[(i * Units) + j] / (Math.Sqrt(_squaresA[i]) * Math.Sqrt(_squaresB[j]));

    private bool IsConstant(double squares, double mean) => Math.Sqrt(squares / Count) <= ConstantBelow * Math.Abs(mean);

    private double[] Centre(ReadOnlySpan<double> values, double[] means, double[] squares, string parameter)
    {
        var samples = values.Length / Units;
        for (var k = 0; k < values.Length; k++) means[k % Units] += values[k] / samples;
        var centred = new double[values.Length];
        for (var k = 0; k < values.Length; k++)
        {
            centred[k] = values[k] - means[k % Units];
            squares[k % Units] += centred[k] * centred[k];
        }
        if (squares.FirstOrDefault(s => !double.IsFinite(s)) != 0)
            throw new ArgumentException("An activation is NaN, infinite or too large.", parameter);
        return centred;
    }
}
