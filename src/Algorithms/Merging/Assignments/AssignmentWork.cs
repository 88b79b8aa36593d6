namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// A matching on the way to the least one, with its dual prices: no element of sign × cost + price is below the one that its row is
/// matched with, so a matching of all rows is optimal. Rows and columns without a partner hold -1.
/// </summary>
internal sealed class AssignmentWork
{
    public AssignmentWork(ReadOnlyMemory<double> costs, int size, double sign, Func<bool> isOver)
    {
        (Costs, Size, Sign, IsOver) = (costs, size, sign, isOver);
        ColumnOf = new int[size];
        RowOf = new int[size];
        Prices = new double[size];
        ColumnOf.AsSpan().Fill(-1);
        RowOf.AsSpan().Fill(-1);
    }

    public ReadOnlyMemory<double> Costs { get; }

    public int Size { get; }

    /// <summary>1 to minimise, -1 to maximise.</summary>
    public double Sign { get; }

    /// <summary>Whether time is up; throws where the caller cancelled.</summary>
    public Func<bool> IsOver { get; }

    public int[] ColumnOf { get; }

    public int[] RowOf { get; }

    public double[] Prices { get; }

    public ReadOnlySpan<double> Row(int row) => Costs.Span.Slice(row * Size, Size);

    /// <summary>The element of a row and column, with the column's price.</summary>
    public double Priced(int row, int column) => Math.FusedMultiplyAdd(Costs.Span[(row * Size) + column], Sign, Prices[column]);

    public RowMinimum Least(int row) => CostScan.Least(Row(row), Sign, Prices);

    /// <summary>The least element of a row without one of its columns.</summary>
    public RowMinimum LeastWithout(int row, int column)
    {
        var price = Prices[column];
        Prices[column] = double.PositiveInfinity;
        var least = Least(row);
        Prices[column] = price;
        return least;
    }

    public void Match(int row, int column) => (ColumnOf[row], RowOf[column]) = (column, row);

    public List<int> FreeRows() => [.. Enumerable.Range(0, Size).Where(row => ColumnOf[row] < 0)];
}
