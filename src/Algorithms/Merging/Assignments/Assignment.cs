namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// A permutation q and the dual values that prove it optimal: rows and columns are worth u and v, no pair's value beats
/// u[i] + v[j], and Σ C[i, q[i]] = Σ u + Σ v.
/// </summary>
public sealed record Assignment
{
    /// <summary>q: the column of each row.</summary>
    public required IReadOnlyList<int> ColumnOf { get; init; }

    /// <summary>u: the dual value of each row, in the units of the costs.</summary>
    public required IReadOnlyList<double> RowDuals { get; init; }

    /// <summary>v: the dual value of each column.</summary>
    public required IReadOnlyList<double> ColumnDuals { get; init; }

    /// <summary>Σ C[i, q[i]].</summary>
    public required double Objective { get; init; }

    /// <summary>Σ u + Σ v: the objective, or what it is bounded by where time ran out.</summary>
    public required double DualObjective { get; init; }

    /// <summary>False where time ran out; some rows then hold whatever column was left.</summary>
    public required bool IsOptimal { get; init; }

    /// <summary>Rows of costs that were looked through: what the time is proportional to.</summary>
    public required long Scans { get; init; }

    /// <summary>Time that it took; zero without a clock.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// By how much a pair beats its dual values at most, 0 where none does: rounding, a few units in the last place of the costs, when optimal.
    /// </summary>
    /// <param name="costs">C, row-major.</param>
    /// <param name="maximise">Whether the sum was made large.</param>
    /// <exception cref="ArgumentException">The costs are of another size.</exception>
    public double WorstViolation(ReadOnlySpan<double> costs, bool maximise)
    {
        var size = ColumnOf.Count;
        if (costs.Length != size * size) throw new ArgumentException($"{costs.Length} costs for {size} rows.", nameof(costs));
        var worst = 0.0;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
            {
                var slack = RowDuals[i] + ColumnDuals[j] - costs[(i * size) + j];
                worst = Math.Max(worst, maximise ? -slack : slack);
            }
        }
        return worst;
    }
}
