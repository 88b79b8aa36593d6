namespace Distributed.Bench.Accuracy;

/// <summary>L-DAWA beside FedAvg on the same run, paired by seed: supervised, it is to cost no more than a point.</summary>
internal static class LDawaStudy
{
    private const double Tolerance = 0.01;

    public static void Run(Simulations simulations, IReadOnlyList<int> seeds, Table table)
    {
        var average = seeds.Select(seed => simulations.Run("mnist-fedavg", seed).Accuracy).ToList();
        var layered = seeds.Select(seed => simulations.Run("mnist-ldawa", seed)).ToList();
        var difference = layered.Zip(average, (run, other) => run.Accuracy - other).ToList();
        table.Add("mnist-fedavg", "accuracy", "1", average);
        table.Add("mnist-ldawa", "accuracy", "1", layered.ConvertAll(run => run.Accuracy));
        table.Add("mnist-ldawa", "accuracy.difference", "1", difference);
        table.Add("mnist-ldawa", "cosine.mean", "1", layered.ConvertAll(run => run.MeanOfLast(10, "cosine.mean")));
        table.Mark($"mean accuracy within {Tolerance} of FedAvg", Math.Abs(difference.Average()) <= Tolerance);
        table.Mark($"no seed more than {Tolerance} below FedAvg", difference.Min() >= -Tolerance);
    }
}
