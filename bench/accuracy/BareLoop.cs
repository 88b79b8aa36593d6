using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Bench.Accuracy;

/// <summary>
/// The arithmetic of mnist-fedavg alone, as plain.py has it, on TorchSharp: two processes, one thread each, as many steps and evaluations as the run has. No federation, no network, no
/// aggregation.
/// </summary>
internal static class BareLoop
{
    private const int Rounds = 20;
    private const int Steps = 255;
    private const int Batch = 32;
    private const int Workers = 2;

    /// <summary>Runs both processes; they begin together.</summary>
    /// <returns>Seconds of the longer one.</returns>
    public static double Seconds(string data, int seed)
    {
        var processes = Enumerable.Range(0, Workers).Select(worker => Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [typeof(BareLoop).Assembly.Location, "bare", "--data", data, "--seeds", (seed + worker).ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!).ToList();
        processes.ForEach(process => process.StandardOutput.ReadLine());
        processes.ForEach(process => process.StandardInput.WriteLine());
        var seconds = processes.Max(process => double.Parse(process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture));
        processes.ForEach(process => process.WaitForExit());
        return seconds;
    }

    /// <summary>One of the processes: says that it is ready, waits for a line, trains, prints the seconds.</summary>
    public static void Train(string data, int seed)
    {
        TorchEngine.EnterThread(threads: 1);
        random.manual_seed(seed);
        var images = tensor(Idx(data, "t10k-images-idx3-ubyte.gz", 16)).view(-1, 1, 28, 28).to(float32).div(255);
        var labels = tensor(Idx(data, "t10k-labels-idx1-ubyte.gz", 8)).to(int64);
        var lastChannel = Duration(images, labels, lastChannel: true) < Duration(images, labels, lastChannel: false);
        var (model, optimizer) = Fresh();
        Console.WriteLine("ready");
        Console.ReadLine();

        var started = Stopwatch.GetTimestamp();
        for (var round = 0; round < Rounds; round++)
        {
            for (var step = 0; step < Steps / Workers; step++)
            {
                using var scope = NewDisposeScope();
                var indices = randint(0, 8000, [Batch]);
                Step(model, optimizer, Form(images.index_select(0, indices), lastChannel), labels.index_select(0, indices));
            }

            using var off = no_grad();
            for (var at = 8000; at < 8000 + (2000 / Workers); at += 100)
            {
                using var scope = NewDisposeScope();
                model.call(Form(images.narrow(0, at, 100), lastChannel)).argmax(1);
            }
        }

        Console.WriteLine(Stopwatch.GetElapsedTime(started).TotalSeconds.ToString(CultureInfo.InvariantCulture));
    }

    // The memory format in which a step is faster here is the one that counts.
    private static TimeSpan Duration(Tensor images, Tensor labels, bool lastChannel)
    {
        var (model, optimizer) = Fresh();
        long started = 0;
        for (var i = 0; i < 80; i++)
        {
            started = i == 20 ? Stopwatch.GetTimestamp() : started;
            using var scope = NewDisposeScope();
            Step(model, optimizer, Form(images.narrow(0, 0, Batch), lastChannel), labels.narrow(0, 0, Batch));
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static void Step(nn.Module<Tensor, Tensor> model, optim.Optimizer optimizer, Tensor x, Tensor y)
    {
        optimizer.zero_grad();
        nn.functional.cross_entropy(model.call(x), y).backward();
        optimizer.step();
    }

    private static (nn.Module<Tensor, Tensor> Model, optim.Optimizer Optimizer) Fresh()
    {
        var model = nn.Sequential(
            new FilledConv2d(1, 6, 5, padding: 2), nn.MaxPool2d(2), nn.ReLU(), new FilledConv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10));
        return (model, optim.SGD(model.parameters(), 0.05, momentum: 0.9));
    }

    private static Tensor Form(Tensor images, bool lastChannel) => lastChannel ? images.view(-1, 28, 28, 1).permute(0, 3, 1, 2) : images;

    private static byte[] Idx(string folder, string name, int skip)
    {
        using var unpacked = new GZipStream(File.OpenRead(Path.Combine(folder, name)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray()[skip..];
    }
}
