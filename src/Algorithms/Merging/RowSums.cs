namespace Distributed.Algorithms.Merging;

/// <summary>
/// Figures of a tensor that are sums over its elements. Each tile of a row is summed by itself and the tiles are added in order, so that
/// neither the cut into pieces nor the threads show.
/// </summary>
internal static class RowSums
{
    /// <summary>Adds the figures of some elements of a piece to <paramref name="sums"/>.</summary>
    public delegate void Visit(MergePiece piece, int first, int count, Span<double> sums);

    /// <summary>The figures of the whole tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="width">Number of figures.</param>
    /// <param name="visit">Adds to them.</param>
    /// <param name="prepare">Called first for each piece; may fill its rooms.</param>
    /// <param name="cut">How the tensor is cut, where <paramref name="prepare"/> needs whole rows.</param>
    public static double[] Total(
        TensorSweep tensor, int width, Visit visit, TensorSweep.Visit? prepare = null, SweepCut cut = SweepCut.Anywhere)
    {
        var total = new double[width];
        foreach (var row in Of(tensor, width, visit, prepare, cut))
            for (var j = 0; j < width; j++) total[j] += row[j];
        return total;
    }

    /// <summary>The figures of each row.</summary>
    public static double[][] PerRow(TensorSweep tensor, int width, Visit visit) => Of(tensor, width, visit, null, SweepCut.AtRows);

    private static double[][] Of(TensorSweep tensor, int width, Visit visit, TensorSweep.Visit? prepare, SweepCut cut)
    {
        // Without regard to rows the tensor is a single one.
        var length = cut == SweepCut.Anywhere ? tensor.Length : tensor.RowLength;
        var rows = (tensor.Length + length - 1) / length;
        var tiles = (length + TensorSweep.Tile - 1) / TensorSweep.Tile;
        var sums = new double[checked((int)(rows * tiles * width))];
        tensor.Read(piece =>
        {
            prepare?.Invoke(piece);
            for (var done = 0; done < piece.Count;)
            {
                var (row, within) = Math.DivRem(piece.First + done, length);
                var count = (int)Math.Min(Math.Min(TensorSweep.Tile, length - within), piece.Count - done);
                var tile = (row * tiles) + (within / TensorSweep.Tile);
                visit(piece, done, count, sums.AsSpan(checked((int)(tile * width)), width));
                done += count;
            }
        }, cut);

        var result = new double[rows][];
        for (var row = 0; row < rows; row++)
        {
            result[row] = new double[width];
            for (var tile = row * tiles; tile < (row + 1) * tiles; tile++)
                for (var j = 0; j < width; j++) result[row][j] += sums[(tile * width) + j];
        }
        return result;
    }
}
