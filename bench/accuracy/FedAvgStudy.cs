using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics.Statistics;

namespace Distributed.Bench.Accuracy;

/// <summary>FedAvg with LeNet on MNIST: accuracy and time, beside the same arithmetic alone on TorchSharp and in plain PyTorch on the same machine, in turns.</summary>
internal static class FedAvgStudy
{
    private const double MedianAccuracy = 0.970;
    private const double LeastAccuracy = 0.965;
    private const double TimesTheBareLoop = 1.15;

    public static void Run(Simulations simulations, string data, IReadOnlyList<int> seeds, Table table)
    {
        var turns = seeds.Select(seed => (Ours: simulations.Run("mnist-fedavg", seed), Bare: BareLoop.Seconds(data, seed), Plain: Plain(data, seed))).ToList();
        var runs = turns.ConvertAll(turn => turn.Ours);
        var toBare = turns.ConvertAll(turn => turn.Ours.Seconds / turn.Bare);
        var accuracy = runs.ConvertAll(run => run.Accuracy);
        table.Add("mnist-fedavg", "accuracy", "1", accuracy, "flower 1.23", 0.9755);
        table.Add("mnist-fedavg", "seconds", "s", runs.ConvertAll(run => run.Seconds), "flower 1.23", 13);
        table.Add("mnist-fedavg", "seconds.total", "s", runs.ConvertAll(run => run.TotalSeconds), "flower 1.23", 26);
        table.Add("TorchSharp, two processes", "seconds", "s", turns.ConvertAll(turn => turn.Bare));
        table.Add("plain PyTorch, two processes", "seconds", "s", turns.ConvertAll(turn => turn.Plain));
        table.Add("mnist-fedavg / TorchSharp", "seconds", "1", toBare);
        table.Add("mnist-fedavg / plain PyTorch", "seconds", "1", turns.ConvertAll(turn => turn.Ours.Seconds / turn.Plain));
        table.Mark($"median accuracy at least {MedianAccuracy}, none below {LeastAccuracy}", accuracy.Median() >= MedianAccuracy && accuracy.Min() >= LeastAccuracy);
        table.Mark($"at most {TimesTheBareLoop} times the bare loop on TorchSharp", toBare.Median() <= TimesTheBareLoop);
    }

    private static double Plain(string data, int seed)
    {
        // The system's python, with the kernels that its own BLAS chooses.
        var start = new ProcessStartInfo("/usr/bin/python3", ["bench/accuracy/plain.py", data, seed.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        start.Environment.Remove("OPENBLAS_CORETYPE");
        using var process = Process.Start(start)!;
        var printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? double.Parse(printed, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("bench/accuracy/plain.py failed; it needs python3-torch and python3-numpy.");
    }
}
