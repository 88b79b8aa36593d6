namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>Starts from the solution of similar costs: its prices, and of its pairs those that these prices confirm.</summary>
internal static class SimilarStart
{
    public static void Run(AssignmentWork work, Assignment similar)
    {
        for (var column = 0; column < work.Size; column++) work.Prices[column] = -similar.ColumnDuals[column] * work.Sign;
        var best = new int[work.Size];
        for (var row = 0; row < work.Size; row++)
        {
            var least = work.Least(row);
            best[row] = least.At;
            if (work.Priced(row, similar.ColumnOf[row]) == least.Value) work.Match(row, similar.ColumnOf[row]);
        }
        foreach (var row in work.FreeRows())
        {
            if (work.RowOf[best[row]] < 0) work.Match(row, best[row]);
        }
    }
}
