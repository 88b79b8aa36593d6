using System.Diagnostics;
using System.Globalization;
using Distributed.Node.Tests.DataParallel;
using Distributed.Node.Training;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>The node's training loop alone, in a process of its own: this assembly as a program.</summary>
internal static class TrainingProcess
{
    /// <summary>Steps of a round.</summary>
    public const int Steps = 500;

    private const int Batch = 32;

    /// <summary>Trains one client for some rounds.</summary>
    /// <param name="model">A model in a run file's form.</param>
    /// <param name="rounds">Rounds of <see cref="Steps"/> steps.</param>
    /// <returns>Resident bytes after each round, and what came on standard error.</returns>
    public static async Task<(long[] Resident, string Error)> RunAsync(string model, int rounds)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TrainingProcess).Assembly.Location, model, rounds.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The command's own settings (src/Cli/Cli.csproj).
            Environment = { ["DOTNET_gcConcurrent"] = "0", ["DOTNET_TieredPGO"] = "0" },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? ([.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => long.Parse(line, CultureInfo.InvariantCulture))], await error)
            : throw new InvalidOperationException(await error);
    }

    private static void Main(string[] args)
    {
        if (args is [RankProcess.Verb])
        {
            RankProcess.Train();
            return;
        }

        var spec = Specs.Glyphs(seed: 1, args[0], rounds: 1, clients: 1, train: Steps * Batch, test: 100);
        using var workload = Workloads.Create(spec, NodePlugins.None, [])!;
        using var trainer = workload.CreateTrainer(threads: 1);
        // What loading the data left behind would hide what training does.
        GC.Collect();
        var (from, to) = (new byte[trainer.Manifest.ByteLength], new byte[trainer.Manifest.ByteLength]);
        trainer.Initialize(from);
        for (var round = 1; round <= int.Parse(args[1], CultureInfo.InvariantCulture); round++)
        {
            trainer.Train(from, to, new TrainOrder(round, 0), CancellationToken.None);
            (from, to) = (to, from);
            Console.WriteLine(Environment.WorkingSet.ToString(CultureInfo.InvariantCulture));
        }
    }
}
