namespace Distributed.Algorithms.Merging.Assignments;

/// <summary>Matches the remaining rows one after the other, each along a shortest augmenting path, found as Dijkstra finds it.</summary>
internal sealed class AugmentingPaths
{
    private readonly AssignmentWork _work;
    private readonly double[] _prices;
    private readonly double[] _distance;
    private readonly double[] _from;
    private readonly List<(int Column, double Distance)> _scanned = [];

    public AugmentingPaths(AssignmentWork work)
    {
        _work = work;
        _prices = new double[work.Size];
        _distance = new double[work.Size];
        _from = new double[work.Size];
    }

    /// <summary>Rows of costs that were scanned.</summary>
    public long Scans { get; private set; }

    /// <summary>Matches every free row; false when time was up before.</summary>
    public bool Run()
    {
        _work.Prices.CopyTo(_prices, 0);
        foreach (var row in _work.FreeRows())
        {
            if (_work.IsOver() || !TryFind(row, out var sink, out var length)) return false;
            Reprice(length);
            Augment(row, sink);
        }
        return true;
    }

    /// <summary>
    /// Finds the free column that is nearest to a row. A column that was scanned has an infinite price and distance here, so that it is
    /// neither shortened nor chosen again.
    /// </summary>
    private bool TryFind(int row, out int sink, out double length)
    {
        _scanned.Clear();
        _distance.AsSpan().Fill(double.PositiveInfinity);
        var (scan, offset) = (row, 0.0);
        while (true)
        {
            if ((++Scans & 63) == 0 && _work.IsOver())
            {
                (sink, length) = (-1, 0);
                return false;
            }
            length = CostScan.Relax(_work.Row(scan), _work.Sign, _prices, offset, scan, _distance, _from);
            sink = Nearest(length);
            scan = _work.RowOf[sink];
            if (scan < 0) return true;
            _scanned.Add((sink, length));
            _distance[sink] = _prices[sink] = double.PositiveInfinity;
            offset = length - _work.Priced(scan, sink);
        }
    }

    /// <summary>The first free column at a distance, which ends the search, or else the first column.</summary>
    private int Nearest(double length)
    {
        var first = CostScan.IndexOf(_distance, length, 0);
        for (var column = first; column >= 0; column = CostScan.IndexOf(_distance, length, column + 1))
        {
            if (_work.RowOf[column] < 0) return column;
        }
        return first;
    }

    /// <summary>Makes every edge that was scanned as cheap as the path demands.</summary>
    private void Reprice(double length)
    {
        foreach (var (column, distance) in _scanned)
        {
            _work.Prices[column] += length - distance;
            _prices[column] = _work.Prices[column];
        }
    }

    private void Augment(int row, int sink)
    {
        var column = sink;
        while (true)
        {
            var by = (int)_from[column];
            var next = _work.ColumnOf[by];
            _work.Match(by, column);
            if (by == row) return;
            column = next;
        }
    }
}
