using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using TorchSharp.Native;
using static TorchSharp.torch;

namespace Distributed.Compat.Torch.Tests;

/// <summary>The test assembly as a program of its own, for what can only be seen in a fresh process.</summary>
internal static class Child
{
    private const long PageSize = 4096;

    /// <summary>Runs one of the verbs below, with environment variables, and gives what it printed.</summary>
    internal static string Run(string verb, params (string Name, string Value)[] environment)
    {
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, [typeof(Child).Assembly.Location, verb]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }

    private static void Main(string[] args) => Console.WriteLine(args[0] switch
    {
        "train" => Train(),
        "idle" => Idle(),
        "touch" => Touch(),
        "blas" => BuildInfo.Read()["blas"],
        _ => throw new ArgumentException($"unknown verb {args[0]}"),
    });

    /// <summary>Resident memory after 200 and after 2,000 steps, in bytes.</summary>
    private static string Train()
    {
        set_num_threads(1);
        using var model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10));
        using var optimizer = optim.SGD(model.parameters(), 0.05, momentum: 0.9);
        using var x = randn(32, 784);
        using var y = randint(10, [32]);
        Run(200);
        var before = Resident();
        Run(1800);
        return string.Create(CultureInfo.InvariantCulture, $"{before} {Resident()}");

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

    /// <summary>Uses types of the API, but no tensor; says whether libtorch was loaded.</summary>
    private static string Idle()
    {
        var (device, type) = (new Device("cpu"), float32);
        using var scope = NewDisposeScope();
        Scalar number = 1.5;
        var loaded = File.ReadAllText("/proc/self/maps").Contains("libtorch", StringComparison.Ordinal);
        return loaded ? "loaded" : $"{device} {type} {number.ToDouble()} without libtorch";
    }

    /// <summary>Makes one tensor, or says why it cannot.</summary>
    private static string Touch()
    {
        try
        {
            using var tensor = ones(2);
            return "fine";
        }
        catch (Exception e)
        {
            return e.GetBaseException().Message;
        }
    }

    private static long Resident() =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1], CultureInfo.InvariantCulture) * PageSize;
}
