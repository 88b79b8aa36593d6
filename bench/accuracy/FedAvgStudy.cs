using System.Diagnostics;
using System.Globalization;

namespace Distributed.Bench.Accuracy;

/// <summary>FedAvg with LeNet on MNIST: accuracy and time, beside the same arithmetic alone in plain PyTorch on the same machine, in turns.</summary>
internal static class FedAvgStudy
{
    private const double MedianAccuracy = 0.970;
    private const double LeastAccuracy = 0.965;
    private const double TrainingSeconds = 10;
    private const double AllSeconds = 14;

    public static void Run(Simulations simulations, string data, IReadOnlyList<int> seeds, Table table)
    {
        var pairs = seeds.Select(seed => (Ours: simulations.Run("mnist-fedavg", seed), Plain: Plain(data, seed))).ToList();
        var runs = pairs.ConvertAll(pair => pair.Ours);
        var plain = pairs.ConvertAll(pair => pair.Plain);
        var accuracy = runs.ConvertAll(run => run.Accuracy);
        table.Add("mnist-fedavg", "accuracy", "1", accuracy, "flower 1.23", 0.9755);
        table.Add("mnist-fedavg", "seconds", "s", runs.ConvertAll(run => run.Seconds), "flower 1.23", 13);
        table.Add("mnist-fedavg", "seconds.total", "s", runs.ConvertAll(run => run.TotalSeconds), "flower 1.23", 26);
        table.Add("plain PyTorch, two processes", "seconds", "s", plain);
        table.Add("mnist-fedavg / plain PyTorch", "seconds", "1", pairs.ConvertAll(pair => pair.Ours.Seconds / pair.Plain));
        table.Mark($"median accuracy at least {MedianAccuracy}, none below {LeastAccuracy}", Table.Median(accuracy) >= MedianAccuracy && accuracy.Min() >= LeastAccuracy);
        table.Mark($"at most {TrainingSeconds} s of training", Table.Median(runs.Select(run => run.Seconds)) <= TrainingSeconds);
        table.Mark($"at most {AllSeconds} s with start-up", Table.Median(runs.Select(run => run.TotalSeconds)) <= AllSeconds);
    }

    private static double Plain(string data, int seed)
    {
        // The system's python, whose torch is the libtorch that we train with.
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["bench/accuracy/plain.py", data, seed.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(printed, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("bench/accuracy/plain.py failed; it needs python3-torch and python3-numpy.");
    }
}
