using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Distributed.Bench.Step;

/// <summary>The four contenders in turns, block by block, so that what else the machine does hits all of them.</summary>
internal sealed class Comparison(string python, int turns, string command)
{
    private const double SecondsPerBlock = 0.25;
    private const int WarmUp = 20;

    /// <summary>Compares one model at one number of threads, and prints it.</summary>
    public IReadOnlyList<Row> Run(string model, int threads)
    {
        using var product = Contender.Ours("product", model, threads);
        using var bare = Contender.Ours("bare", model, threads);
        using var plain = Contender.Ours("plain", model, threads);
        using var peer = Contender.Python(python, model, threads);
        Contender[] all = [product, bare, plain, peer];
        var slowest = all.Max(contender => contender.Run(WarmUp)) / WarmUp;
        var steps = Math.Max(2, (int)(SecondsPerBlock / slowest));
        var seconds = Enumerable.Range(0, turns).Select(turn => Turn(all, steps, turn)).ToList();

        var name = string.Create(CultureInfo.InvariantCulture, $"{model} x{threads}");
        Row[] rows =
        [
            Compare(name, "python", seconds, steps, product: 0, peer: 3),
            Compare(name, "bare loop", seconds, steps, product: 0, peer: 1),
            Compare(name, "bare loop without thresholds", seconds, steps, product: 0, peer: 2),
        ];
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Case,-15} {row.Value,8:F0} {row.Peer,-29} {row.PeerValue,8:F0} {row.Ratio,7:F3}  {row.Min:F3}..{row.Max:F3}"));
        }

        return rows;
    }

    // Another one begins in each turn.
    private static double[] Turn(Contender[] all, int steps, int turn)
    {
        var seconds = new double[all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            var next = (i + turn) % all.Length;
            seconds[next] = all[next].Run(steps);
        }

        return seconds;
    }

    private Row Compare(string name, string peerName, List<double[]> seconds, int steps, int product, int peer)
    {
        var ratios = seconds.ConvertAll(turn => turn[peer] / turn[product]);
        return new(
            name, "step", "us", seconds.Select(turn => turn[product]).Median() / steps * 1e6, peerName, seconds.Select(turn => turn[peer]).Median() / steps * 1e6,
            ratios.Median(), ratios.Min(), ratios.Max(), command);
    }
}

/// <summary>A row of bench/results/step.json; ratio is peer / product, min and max are of the turns' ratios.</summary>
internal sealed record Row(string Case, string Metric, string Unit, double Value, string Peer, double PeerValue, double Ratio, double Min, double Max, string Command);
