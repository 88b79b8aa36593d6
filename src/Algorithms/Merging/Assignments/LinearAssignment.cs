using System.Numerics.Tensors;

namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// Linear assignment: the permutation q for which Σ C[i, q[i]] is largest or smallest. Shortest augmenting paths after Jonker and
/// Volgenant, in double precision; O(n³) at worst, O(n) memory besides the costs. One thread, the same bits on every machine.
/// </summary>
public static class LinearAssignment
{
    // Sums of two costs and two prices must stay finite, and prices grow with the number of rows.
    private const double Largest = 1e290;

    /// <summary>Solves one problem.</summary>
    /// <param name="costs">C, <paramref name="size"/> × <paramref name="size"/>, row-major; finite, below 1e290.</param>
    /// <param name="size">Number of rows and of columns; 0 gives an empty result.</param>
    /// <param name="options">Direction and limits.</param>
    /// <param name="similar">The solution of costs of the same size that differ little: the search starts from it. Null for none.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="ArgumentException">
    /// The costs are not square, or one is NaN, infinite or too large, or the similar solution is of another size, or a time limit has no clock.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static Assignment Solve(
        ReadOnlyMemory<double> costs, int size, AssignmentOptions? options = null, Assignment? similar = null,
            CancellationToken cancellation = default)
    {
        options ??= new AssignmentOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (costs.Length != (long)size * size) throw new ArgumentException($"{costs.Length} costs for {size} rows.", nameof(costs));
        if (similar is not null && similar.ColumnOf.Count != size)
            throw new ArgumentException($"A solution of {similar.ColumnOf.Count} rows for {size}.", nameof(similar));
        if (options is { TimeLimit: not null, Clock: null }) throw new ArgumentException("A time limit needs a clock.", nameof(options));
        Check(costs.Span, size);

        var start = options.Clock?.GetTimestamp() ?? 0;
        var work = new AssignmentWork(costs, size, options.Maximise ? -1 : 1, () =>
        {
            cancellation.ThrowIfCancellationRequested();
            return options.Clock?.GetElapsedTime(start) > options.TimeLimit;
        });
        if (similar is not null) SimilarStart.Run(work, similar);
        AssignmentStart.Run(work, isPriced: similar is not null || OrderedStart.TryRun(work));
        var paths = new AugmentingPaths(work);
        var isOptimal = paths.Run();
        if (!isOptimal) MatchTheRest(work);
        return Result(work, isOptimal, paths.Scans, options.Clock?.GetElapsedTime(start) ?? TimeSpan.Zero);
    }

    private static void Check(ReadOnlySpan<double> costs, int size)
    {
        if (costs.IsEmpty || Math.Abs(TensorPrimitives.MaxMagnitude(costs)) < Largest) return;
        for (var k = 0; k < costs.Length; k++)
        {
            if (!(Math.Abs(costs[k]) < Largest))
                throw new ArgumentException($"Cost [{k / size}, {k % size}] is {costs[k]}; it must be finite and below {Largest}.", nameof(costs));
        }
    }

    private static void MatchTheRest(AssignmentWork work)
    {
        var column = 0;
        foreach (var row in work.FreeRows())
        {
            while (work.RowOf[column] >= 0) column++;
            work.Match(row, column);
        }
    }

    private static Assignment Result(AssignmentWork work, bool isOptimal, long scans, TimeSpan elapsed)
    {
        var (rows, columns) = (new double[work.Size], new double[work.Size]);
        var (objective, dual) = (0.0, 0.0);
        for (var i = 0; i < work.Size; i++)
        {
            // A row that was matched last and anyhow is worth no more than its best column.
            var priced = isOptimal ? work.Priced(i, work.ColumnOf[i]) : work.Least(i).Value;
            rows[i] = priced * work.Sign;
            columns[i] = -work.Prices[i] * work.Sign;
            objective += work.Costs.Span[(i * work.Size) + work.ColumnOf[i]];
            dual += rows[i] + columns[i];
        }
        return new Assignment
        {
            ColumnOf = work.ColumnOf,
            RowDuals = rows,
            ColumnDuals = columns,
            Objective = objective,
            DualObjective = dual,
            IsOptimal = isOptimal,
            Scans = scans,
            Elapsed = elapsed,
        };
    }
}
