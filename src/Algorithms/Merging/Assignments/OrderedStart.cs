namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>
/// Costs that are ordered, or nearly so (rank one, x[i] × y[j]): with rows and columns sorted, neighbours belong together, and prices
/// follow. Augmenting paths alone would shift half of all rows for each new one. Costs without order are told by a few elements.
/// </summary>
internal sealed class OrderedStart
{
    // Of random costs a half pass; costs that were rounded to single precision fail here and there.
    private const double EnoughOrder = 0.75;
    private const int Samples = 256;
    private const int SmoothedShare = 16;

    private readonly AssignmentWork _work;
    private readonly int[] _rows;
    private readonly int[] _columns;

    private OrderedStart(AssignmentWork work)
    {
        _work = work;
        _rows = Order(row => Cost(row, 0) - Cost(row, work.Size - 1));
        _columns = Order(ColumnKey);
        // By the extremes of the other side: the farther apart two columns are, the clearer they order the rows.
        _rows = Order(RowKey);
        _columns = Order(ColumnKey);
    }

    /// <summary>
    /// Sorts, and matches the rows whose partner the prices confirm; false, with nothing changed, when the sorted costs have no order.
    /// </summary>
    public static bool TryRun(AssignmentWork work)
    {
        if (work.Size < 4) return false;
        var start = new OrderedStart(work);
        if (start.Passing(1) >= EnoughOrder) start.PriceNeighbours();
        else if (start.Passing(work.Size / 4) >= EnoughOrder) start.PriceByRankOne();
        else return false;
        foreach (var row in start._rows)
        {
            if (work.IsOver()) break;
            var column = work.Least(row).At;
            if (work.RowOf[column] < 0) work.Match(row, column);
        }
        return true;
    }

    private double Cost(int row, int column) => _work.Sign * _work.Costs.Span[(row * _work.Size) + column];

    // Rows and columns lie so that (first row, last column) + (last row, first column) is the dearer pair of corners.
    private double RowKey(int row) => Cost(row, _columns[0]) - Cost(row, _columns[^1]);

    private double ColumnKey(int column) => Cost(_rows[0], column) - Cost(_rows[^1], column);

    private int[] Order(Func<int, double> key)
    {
        var (keys, order) = (new double[_work.Size], new int[_work.Size]);
        for (var k = 0; k < order.Length; k++) (keys[k], order[k]) = (key(k), k);
        Array.Sort(keys, order);
        return order;
    }

    /// <summary>The share of pairs at a distance along the diagonal that are better left in order than exchanged.</summary>
    private double Passing(int distance)
    {
        var (pairs, passed) = (_work.Size - distance, 0);
        var stride = Math.Max(1, pairs / Samples);
        var count = 0;
        for (var k = 0; k < pairs; k += stride, count++)
        {
            var (least, most) = Bounds(k, k + distance);
            if (least <= most) passed++;
        }
        return passed / (double)count;
    }

    /// <summary>Between what the price of one column must be above another's, by what is beside the diagonal.</summary>
    private (double Least, double Most) Bounds(int k, int next) => (
        Cost(_rows[next], _columns[next]) - Cost(_rows[next], _columns[k]), Cost(_rows[k], _columns[next]) - Cost(_rows[k], _columns[k]));

    private void PriceNeighbours()
    {
        for (var k = 0; k + 1 < _work.Size; k++)
        {
            var (least, most) = Bounds(k, k + 1);
            _work.Prices[_columns[k + 1]] = _work.Prices[_columns[k]] - ((least + most) / 2);
        }
    }

    /// <summary>
    /// Where noise hides the order of neighbours: prices as for a[i] + b[j] + x[i] y[j], with x and y taken from several of the first and
    /// last rows and columns.
    /// </summary>
    private void PriceByRankOne()
    {
        var (size, some) = (_work.Size, Math.Max(1, _work.Size / SmoothedShare));
        var (first, across) = (new double[size], new double[size]);
        var along = new double[size];
        for (var k = 0; k < size; k++)
        {
            for (var m = 0; m < some; m++)
            {
                first[k] += Cost(_rows[m], _columns[k]) / some;
                across[k] += (Cost(_rows[size - 1 - m], _columns[k]) - Cost(_rows[m], _columns[k])) / some;
                along[k] += (Cost(_rows[k], _columns[size - 1 - m]) - Cost(_rows[k], _columns[m])) / some;
            }
        }
        var (start, end) = (Mean(along.AsSpan(0, some)), Mean(along.AsSpan(size - some)));
        for (var k = 0; k + 1 < size; k++)
        {
            var share = (((along[k] + along[k + 1]) / 2) - start) / (end - start);
            var rise = first[k + 1] - first[k] + (share * (across[k + 1] - across[k]));
            _work.Prices[_columns[k + 1]] = _work.Prices[_columns[k]] - rise;
        }
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }
}
