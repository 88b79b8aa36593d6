namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>Chooses ranks from singular values.</summary>
internal static class RankAllocation
{
    /// <summary>The smallest rank whose s² sum to the share of all; 0 for a matrix of zeros.</summary>
    public static int ForEnergy(ReadOnlySpan<double> singularValues, double share)
    {
        var total = 0.0;
        foreach (var s in singularValues) total += s * s;
        var (kept, rank) = (0.0, 0);
        while (rank < singularValues.Length && kept < share * total) kept += singularValues[rank] * singularValues[rank++];
        return rank;
    }

    /// <summary>The largest rank at which two thin matrices are smaller than the whole one.</summary>
    public static int MostThatSaves(long rows, long columns) => (int)Math.Min(Math.Min(rows, columns), ((rows * columns) - 1) / (rows + columns));

    /// <summary>Spends a budget on several matrices, one rank at a time.</summary>
    /// <param name="singularValues">Each matrix's, in descending order.</param>
    /// <param name="bytes">What one rank of each matrix takes.</param>
    /// <param name="most">The most ranks of each.</param>
    /// <param name="budget">What all may take.</param>
    public static int[] ForBytes(IReadOnlyList<double[]> singularValues, IReadOnlyList<long> bytes, IReadOnlyList<int> most, long budget)
    {
        var ranks = new int[singularValues.Count];
        var next = new PriorityQueue<int, (double Loss, int Matrix)>();
        void Offer(int matrix)
        {
            var rank = ranks[matrix];
            if (rank >= most[matrix] || rank >= singularValues[matrix].Length || singularValues[matrix][rank] == 0) return;
            // The queue gives the lowest first; of equal ones the first matrix.
            next.Enqueue(matrix, (-singularValues[matrix][rank] * singularValues[matrix][rank] / bytes[matrix], matrix));
        }

        for (var matrix = 0; matrix < ranks.Length; matrix++) Offer(matrix);
        while (next.TryDequeue(out var matrix, out _))
        {
            // A matrix that no longer fits is done; a smaller one may still fit.
            if (bytes[matrix] > budget) continue;
            budget -= bytes[matrix];
            ranks[matrix]++;
            Offer(matrix);
        }
        return ranks;
    }
}
