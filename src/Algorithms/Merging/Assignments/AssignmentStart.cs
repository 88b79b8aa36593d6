namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// The cheap part of the assignment (Jonker and Volgenant, Computing 38, 1987): prices that the columns' least elements give, and rows
/// that bid for columns, which match all but a few rows.
/// </summary>
internal static class AssignmentStart
{
    private const int BiddingRounds = 2;

    // Bids of near-ordered costs undercut each other by nothing much, for ever.
    private const int MostBidsPerRow = 4;

    /// <summary>Runs it; where prices and some matches are there already, rows bid only.</summary>
    public static void Run(AssignmentWork work, bool isPriced)
    {
        var columns = isPriced ? [] : ReduceColumns(work);
        var free = work.FreeRows();
        if (free.Count == 0 || work.IsOver()) return;
        if (!isPriced) TransferReductions(work, columns);
        var bids = work.Size * (long)MostBidsPerRow;
        for (var round = 0; round < BiddingRounds && free.Count > 0 && !work.IsOver(); round++) free = Bid(work, free, ref bids);
    }

    /// <summary>Matches each row with the last column whose least element it has; gives how many such columns each row has.</summary>
    private static int[] ReduceColumns(AssignmentWork work)
    {
        var (least, from) = (new double[work.Size], new double[work.Size]);
        least.AsSpan().Fill(double.PositiveInfinity);
        for (var row = 0; row < work.Size; row++) CostScan.LeastOfColumns(work.Row(row), work.Sign, row, least, from);
        var columns = new int[work.Size];
        for (var column = work.Size - 1; column >= 0; column--)
        {
            var row = (int)from[column];
            work.Prices[column] = -least[column];
            if (columns[row]++ == 0) work.Match(row, column);
        }
        return columns;
    }

    /// <summary>A row with one column only can give up what it has before the second best of its elements.</summary>
    private static void TransferReductions(AssignmentWork work, int[] columns)
    {
        for (var row = 0; row < work.Size; row++)
        {
            if (columns[row] != 1) continue;
            var column = work.ColumnOf[row];
            work.Prices[column] += Math.Max(0, work.LeastWithout(row, column).Value - work.Priced(row, column));
        }
    }

    /// <summary>Every free row takes its best column, at a price at which the second best is as good; who held it is free again.</summary>
    private static List<int> Bid(AssignmentWork work, List<int> free, ref long bids)
    {
        var left = new List<int>();
        var queue = new Stack<int>(Enumerable.Reverse(free));
        while (queue.TryPop(out var row))
        {
            if (--bids < 0)
            {
                left.Add(row);
                continue;
            }
            var best = work.Least(row);
            var column = best.At;
            var before = work.Prices[column];
            var raised = double.IsFinite(best.Second) && before + (best.Second - best.Value) > before;
            if (raised) work.Prices[column] = before + (best.Second - best.Value);
            else if (work.RowOf[column] >= 0 && work.LeastWithout(row, column) is { At: >= 0 } other && other.Value == best.Value) column = other.At;

            var holder = work.RowOf[column];
            if (holder >= 0) work.ColumnOf[holder] = -1;
            work.Match(row, column);
            if (holder < 0) continue;
            if (raised) queue.Push(holder);
            else left.Add(holder);
        }
        left.Sort();
        return left;
    }
}
