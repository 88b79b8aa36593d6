using System.Diagnostics;
using System.Text.Json;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data;
using Distributed.Node.Data.Images;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Data.Random;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Runs;
using Xunit;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Training;

/// <summary>One round of examples/mnist-fedavg.yaml against the same round with python's torch: the same initial model, the same batches.</summary>
public sealed class PythonRoundTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("round-");

    [PythonRound]
    public async Task Round_FromAFixedModel_EqualsPythons()
    {
        var spec = Specs.Parse($$"""
            {
              "kind": "federated", "name": "mnist", "seed": 1, "rounds": 1,
              "data": { "source": "mnist", "path": "{{MnistFiles.Folder}}", "train": 8000, "clients": 10, "partition": { "name": "dirichlet", "alpha": 0.5 } },
              "model": { "name": "lenet" },
              "training": { "batch": 32, "optimizer": { "name": "sgd", "learningRate": 0.05, "momentum": 0.9 } }
            }
            """);
        using var federation = new LocalFederation(spec, workers: 1);
        var (initial, order, result) = (In("initial.safetensors"), In("order.json"), In("result.safetensors"));
        var start = new TensorSet(federation.Manifest, federation.Model);
        using (var file = File.Create(initial))
        {
            Safetensors.Write(file, start);
        }

        await File.WriteAllTextAsync(order, JsonSerializer.Serialize(BatchOrder(spec)));
        Python(initial, order, MnistFiles.Find("images-idx3"), MnistFiles.Find("labels-idx1"), result);
        await federation.RunAsync();

        using var written = File.OpenRead(result);
        var expected = Safetensors.Load(written);
        var actual = new TensorSet(federation.Manifest, federation.Model);
        var (worst, moved) = (0.0, 0.0);
        foreach (var entry in federation.Manifest.Entries)
        {
            var ours = actual.Values<float>(entry.Name);
            var pythons = expected.Values<float>(entry.Name);
            var before = start.Values<float>(entry.Name);
            for (var i = 0; i < ours.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs(ours[i] - pythons[i]));
                moved = Math.Max(moved, Math.Abs(ours[i] - before[i]));
            }
        }

        output.WriteLine($"largest difference {worst:g3}, largest change by the round {moved:g3}");
        // Python's libtorch is another version with another BLAS: each of a client's 38 steps rounds otherwise, and a momentum of 0.9 carries that tenfold.
        Assert.InRange(worst, 0, 38 * 10 * Math.Pow(2, -24));
        Assert.InRange(moved, 0.01, 10);
    }

    public void Dispose() => folder.Delete(recursive: true);

    // What TrainLoop does with a client's examples in the first epoch of round 1.
    private static long[][] BatchOrder(RunSpec spec)
    {
        var problems = new List<string>();
        using var images = DatasetCache.Acquire(new DataRequest(spec.Data.Source, spec.Seed, spec.Data.Path, spec.Data.Train, spec.Data.Test), problems);
        var partition = Partitioners.Deal(spec, images!.Train.ClassOf, problems)!;
        return [.. partition.Clients.Select((examples, client) =>
        {
            var order = Array.ConvertAll(examples, index => (long)index);
            new RandomStream(spec.Seed, RandomPurpose.BatchOrder, round: 1, client).Shuffle<long>(order);
            return order;
        })];
    }

    private static void Python(params string[] arguments)
    {
        var start = new ProcessStartInfo(PythonRoundAttribute.Interpreter, [Path.Combine(AppContext.BaseDirectory, "Training", "one_round.py"), .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    private string In(string name) => Path.Combine(folder.FullName, name);
}

/// <summary>A test on the real MNIST files and a python with torch; DISTRIBUTED_PYTHON names another interpreter than the system's.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonRoundAttribute : FactAttribute
{
    public static readonly string Interpreter = Environment.GetEnvironmentVariable("DISTRIBUTED_PYTHON") ?? "/usr/bin/python3";

    private static readonly Lazy<bool> HasTorch = new(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(Interpreter, ["-c", "import torch"]) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    });

    public PythonRoundAttribute()
    {
        if (!MnistFiles.AreThere)
        {
            Skip = $"no MNIST files in {MnistFiles.Folder}; set DISTRIBUTED_DATA";
        }
        else if (!File.Exists(Interpreter) || !HasTorch.Value)
        {
            Skip = $"{Interpreter} has no torch; install python3-torch";
        }
    }
}
