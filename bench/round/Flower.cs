namespace Distributed.Bench.Round;

/// <summary>
/// The peer: Flower 1.23, classic gRPC runtime, which keeps nothing durable; clients that return the model untouched. Measured by the same scheme
/// (median of the steady rounds; the server's peak resident memory) on a calm two-core machine of the same kind; it cannot be installed
/// where this benchmark runs, so its figures are constants.
/// </summary>
internal static class Flower
{
    private static readonly Dictionary<(int Megabytes, int Nodes), (double Seconds, double PeakMegabytes)> Figures = new()
    {
        [(1, 2)] = (0.019, 105),
        [(1, 4)] = (0.035, 135),
        [(1, 8)] = (0.075, 170),
        [(10, 2)] = (0.084, 362),
        [(10, 4)] = (0.172, 636),
        [(10, 8)] = (0.339, 1002),
        [(100, 2)] = (1.56, 2163),
        [(100, 4)] = (3.49, 4470),
        [(100, 8)] = (7.83, 7510),
    };

    public static (double Seconds, double PeakMegabytes)? Of(Cell cell) =>
        Figures.TryGetValue((cell.Megabytes, cell.Nodes), out var figures) ? figures : null;
}
