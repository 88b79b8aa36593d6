namespace Distributed.Bench.Accuracy;

/// <summary>FedAvg with LeNet on MNIST: accuracy and time.</summary>
internal static class FedAvgStudy
{
    private const double MedianAccuracy = 0.970;
    private const double LeastAccuracy = 0.965;
    private const double TrainingSeconds = 10;
    private const double AllSeconds = 14;

    public static void Run(Simulations simulations, IReadOnlyList<int> seeds, Table table)
    {
        var runs = seeds.Select(seed => simulations.Run("mnist-fedavg", seed)).ToList();
        var accuracy = runs.ConvertAll(run => run.Accuracy);
        table.Add("mnist-fedavg", "accuracy", "1", accuracy, "flower 1.23", 0.9755);
        table.Add("mnist-fedavg", "seconds", "s", runs.ConvertAll(run => run.Seconds), "flower 1.23", 13);
        table.Add("mnist-fedavg", "seconds.total", "s", runs.ConvertAll(run => run.TotalSeconds), "flower 1.23", 26);
        table.Mark($"median accuracy at least {MedianAccuracy}, none below {LeastAccuracy}", Table.Median(accuracy) >= MedianAccuracy && accuracy.Min() >= LeastAccuracy);
        table.Mark($"at most {TrainingSeconds} s of training", Table.Median(runs.Select(run => run.Seconds)) <= TrainingSeconds);
        table.Mark($"at most {AllSeconds} s with start-up", Table.Median(runs.Select(run => run.TotalSeconds)) <= AllSeconds);
    }
}
