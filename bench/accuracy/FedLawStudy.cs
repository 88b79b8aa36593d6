using System.Globalization;

namespace Distributed.Bench.Accuracy;

/// <summary>
/// The shapes of FedLAW (Li et al., ICML 2023) on a small scale: γ shrinks as clients train longer on alike data, and shrinking by a learned γ does not cost
/// accuracy.
/// </summary>
internal static class FedLawStudy
{
    private const int LastRounds = 10;
    private const double MostLost = 0.005;
    private static readonly int[] Epochs = [1, 4, 10];

    public static void Run(Simulations simulations, IReadOnlyList<int> seeds, Table table)
    {
        foreach (var learn in new[] { "gamma", "joint" })
        {
            var gammas = Epochs.Select(epochs => Gamma(100, epochs, learn)).ToList();
            if (learn == "gamma")
            {
                table.Mark("γ at α = 100 falls with the local epochs", gammas.Zip(gammas.Skip(1), (before, after) => after < before).All(falls => falls));
                table.Mark("γ at α = 100 is below 1 from 4 epochs on", gammas.Skip(1).All(gamma => gamma < 1));
            }

            Gamma(0.1, 1, learn);
        }

        foreach (var alpha in new[] { 0.1, 100 })
        {
            var average = Accuracies(alpha, "aggregator={ name: fedavg }");
            var shrunk = Accuracies(alpha, "aggregator.learn=gamma");
            var difference = shrunk.Zip(average, (learned, plain) => learned - plain).ToList();
            table.Add(Case(alpha, 1, "fedavg"), "accuracy", "1", average);
            table.Add(Case(alpha, 1, "gamma"), "accuracy", "1", shrunk);
            table.Add(Case(alpha, 1, "joint"), "accuracy", "1", Accuracies(alpha, "aggregator.learn=joint"));
            table.Add(Case(alpha, 1, "gamma"), "accuracy.difference", "1", difference);
            table.Mark($"α = {alpha.ToString(CultureInfo.InvariantCulture)}: γ only against FedAvg, mean not below 0", difference.Average() >= 0);
            table.Mark($"α = {alpha.ToString(CultureInfo.InvariantCulture)}: γ only against FedAvg, no seed below -0.5 points", difference.Min() >= -MostLost);
        }

        double Gamma(double alpha, int epochs, string learn)
        {
            var values = seeds.Select(seed => Simulate(seed, alpha, epochs, $"aggregator.learn={learn}").MeanOfLast(LastRounds, "gamma")).ToList();
            table.Add(Case(alpha, epochs, learn), $"gamma.last{LastRounds}", "1", values);
            return values.Average();
        }

        List<double> Accuracies(double alpha, string aggregator) => [.. seeds.Select(seed => Simulate(seed, alpha, 1, aggregator).Accuracy)];

        Outcome Simulate(int seed, double alpha, int epochs, string aggregator) => simulations.Run(
            "mnist-fedlaw",
            seed,
            string.Create(CultureInfo.InvariantCulture, $"data.partition.alpha={alpha}"),
            string.Create(CultureInfo.InvariantCulture, $"training.epochs={epochs}"),
            aggregator);
    }

    private static string Case(double alpha, int epochs, string rule) => string.Create(CultureInfo.InvariantCulture, $"α {alpha}, E {epochs}, {rule}");
}
