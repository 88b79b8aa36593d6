namespace Distributed.Reports.Drawing;

/// <summary>Numbers in rows and columns; NaN where there is none.</summary>
/// <param name="Rows">Names of the rows.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Values">By row and column.</param>
internal sealed record HeatGrid(IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, double[,] Values)
{
    /// <summary>Most rows that are drawn.</summary>
    public const int MaximumRows = 60;

    /// <summary>Most columns that are drawn.</summary>
    public const int MaximumColumns = 120;

    /// <summary>The same in at most so many cells: neighbours are averaged, blanks left out of the mean.</summary>
    public HeatGrid Binned()
    {
        var (tall, wide) = (Size(Rows.Count, MaximumRows), Size(Columns.Count, MaximumColumns));
        return tall == 1 && wide == 1 ? this : new(Joined(Rows, tall), Joined(Columns, wide), Means(tall, wide));
    }

    /// <summary>What was averaged, as a sentence with a space before it; empty when nothing was.</summary>
    public string BinNote(string row, string column)
    {
        var (tall, wide) = (Size(Rows.Count, MaximumRows), Size(Columns.Count, MaximumColumns));
        var parts = new[] { (tall, row), (wide, column) }.Where(part => part.Item1 > 1).Select(part => $"{part.Item1} {part.Item2}").ToList();
        return parts.Count == 0 ? "" : $" A cell is the mean of {string.Join(" and ", parts)}.";
    }

    private static int Size(int count, int most) => Math.Max(1, (count + most - 1) / most);

    private static List<string> Joined(IReadOnlyList<string> names, int size) =>
        size == 1 ? [.. names] : [.. names.Chunk(size).Select(chunk => chunk.Length == 1 ? chunk[0] : $"{chunk[0]}–{chunk[^1]}")];

    private double[,] Means(int tall, int wide)
    {
        var means = new double[(Rows.Count + tall - 1) / tall, (Columns.Count + wide - 1) / wide];
        var counts = new int[means.GetLength(0), means.GetLength(1)];
        for (var row = 0; row < Rows.Count; row++)
        {
            for (var column = 0; column < Columns.Count; column++)
            {
                if (!double.IsNaN(Values[row, column]))
                {
                    means[row / tall, column / wide] += Values[row, column];
                    counts[row / tall, column / wide]++;
                }
            }
        }

        for (var row = 0; row < means.GetLength(0); row++)
        {
            for (var column = 0; column < means.GetLength(1); column++)
            {
                // 0 / 0: no number here either.
                means[row, column] /= counts[row, column];
            }
        }

        return means;
    }
}
