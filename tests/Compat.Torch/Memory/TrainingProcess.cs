using System.Globalization;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests.Memory;

/// <summary>
/// The test assembly started as a program: trains and prints its resident memory after 200 and after 2,000 steps, in bytes.
/// A process of its own, so that no other test is in the figures.
/// </summary>
internal static class TrainingProcess
{
    private const long PageSize = 4096;

    private static void Main()
    {
        set_num_threads(1);
        using var model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10));
        using var optimizer = optim.SGD(model.parameters(), 0.05, momentum: 0.9);
        using var x = randn(32, 784);
        using var y = randint(10, [32]);
        Run(200);
        var before = Resident();
        Run(1800);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{before} {Resident()}"));

        void Run(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                nn.functional.cross_entropy(model.call(x), y).backward();
                optimizer.step();
            }
        }
    }

    private static long Resident() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageSize;
}
