using System.Numerics.Tensors;
using Distributed.Algorithms.Tensors;

namespace Distributed.Algorithms.Aggregation;

/// <summary>
/// How much the clients agree: cosines of their updates d = w - x over the trainable tensors (FedLAW, ICML 2023). Close to 1 they pull the
/// same way; around 0 averaging them brings little more than noise. A client that did not move has no direction: its cosines are 0.
/// </summary>
public static class Coherence
{
    /// <summary>The mean cosine over distinct pairs of clients, in two passes and with memory for a block only.</summary>
    /// <param name="input">The round; clients of weight 0 count like others.</param>
    /// <param name="cancellation">Stops the work between two blocks.</param>
    /// <returns>Between -1 and 1; NaN for fewer than two clients.</returns>
    public static double Measure(AggregationInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var clients = input.Updates;
        if (clients.Length < 2) return double.NaN;
        var squares = ColumnSweep.Total(
            input, t => t.IsTrainable, clients.Length, (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            var x = buffers.Read(input.Reference, columns, 0);
            for (var k = 0; k < clients.Length; k++) sum[k] += buffers.Numbers(clients[k].Model, columns, 1).SquaredDistance(x);
        }, cancellation);

        // With unit vectors u, the sum of all cosines but the diagonal is |Σ u|² - Σ |u|².
        var together = ColumnSweep.Total(input, t => t.IsTrainable, 1, (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            var x = buffers.Read(input.Reference, columns, 0);
            var all = buffers.Vector(2, columns.Count);
            all.Clear();
            for (var k = 0; k < clients.Length; k++)
            {
                if (squares[k] == 0) continue;
                var d = buffers.Read(clients[k].Model, columns, 1);
                TensorPrimitives.Subtract(d, x, d);
                TensorPrimitives.FusedMultiplyAdd(d, 1 / Math.Sqrt(squares[k]), all, all);
            }
            sum[0] += Reductions.SquaredNorm<double>(all);
        }, cancellation)[0];
        return (together - squares.Count(s => s > 0)) / ((double)clients.Length * (clients.Length - 1));
    }

    /// <summary>The cosine of every pair of clients. Time and memory grow with the square of their number.</summary>
    /// <param name="input">The round.</param>
    /// <param name="cancellation">Stops the work between two blocks.</param>
    /// <returns>A symmetric matrix, in the order of <see cref="AggregationInput.Updates"/>.</returns>
    public static double[,] Pairwise(AggregationInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var clients = input.Updates;
        var n = clients.Length;
        var gram = ColumnSweep.Total(input, t => t.IsTrainable, n * n, (in Columns columns, SweepBuffers buffers, Span<double> sum) =>
        {
            // Differences are taken first: the expanded product of models would cancel.
            var x = buffers.Read(input.Reference, columns, 0);
            for (var i = 0; i < n; i++)
            {
                var d = buffers.Read(clients[i].Model, columns, 1);
                TensorPrimitives.Subtract(d, x, d);
                for (var j = i; j < n; j++)
                    sum[(i * n) + j] += buffers.Numbers(clients[j].Model, columns, 2).DotOfDifference(x, d);
            }
        }, cancellation);

        var cosines = new double[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i; j < n; j++)
            {
                var norms = Math.Sqrt(gram[(i * n) + i]) * Math.Sqrt(gram[(j * n) + j]);
                cosines[i, j] = cosines[j, i] = norms == 0 ? 0 : gram[(i * n) + j] / norms;
            }
        }
        return cosines;
    }
}
