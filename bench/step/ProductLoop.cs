using System.Diagnostics;
using System.Globalization;
using Distributed.Cli;
using Distributed.Node.Models;
using Distributed.Node.Training;
using static TorchSharp.torch;

namespace Distributed.Bench.Step;

/// <summary>A run of <c>dist simulate</c> with one client that trains without end: the product's own training step. Each asks for its batch first, where the clock is.</summary>
internal static class ProductLoop
{
    private const int Examples = 10;

    public static async Task RunAsync(Model model, int threads, Blocks blocks)
    {
        var folder = Directory.CreateTempSubdirectory("bench-step-").FullName;
        try
        {
            var file = Path.Combine(folder, "run.yaml");
            await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
                kind: federated
                name: step
                rounds: 1
                data: { source: own, clients: 1 }
                model: { name: step }
                training: { epochs: 10000, batch: {{Examples}}, optimizer: {{model.RunFileOptimizer}} }
                cohort: { deadline: 100h }
                evaluation: { every: 0 }
                simulation: { workers: 1, threads: {{threads}} }
                device: cpu
                """));
            Console.SetOut(TextWriter.Null);
            var error = Console.Error;
            var said = new StringWriter();
            Console.SetError(said);
            await Dist.RunAsync(["simulate", file, "--out", Path.Combine(folder, "run")], NodePlugins.None.With("step", (_, _) => new OneBatch(model, blocks)));
            error.Write(blocks.Ended ? "" : said.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class OneBatch(Model model, Blocks blocks) : ILearningTask
    {
        private readonly Lazy<Batch> batch = new(() =>
        {
            var (x, y) = model.Batch();
            return new Batch(x.DetachFromDisposeScope(), y.DetachFromDisposeScope());
        });

        public int TrainCount => 10_000 * Examples;

        public int TestCount => 1;

        public IReadOnlyList<int> TrainLabels { get; } = new int[10_000 * Examples];

        public nn.Module BuildModel() => model.Build();

        public void Initialize(nn.Module built, int seed)
        {
        }

        public Batch ReadBatch(Split split, Tensor indices)
        {
            if (!blocks.Ended && !blocks.Next())
            {
                // As a terminal ends it: the training stops at the next step.
                Process.Start("kill", ["-INT", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]);
            }

            return batch.Value;
        }

        public Tensor Losses(nn.Module built, Batch read) =>
            nn.functional.cross_entropy(((nn.Module<Tensor, Tensor>)built).call(read.Inputs), read.Targets, reduction: nn.Reduction.None);

        public BatchScores Evaluate(nn.Module built, Batch read)
        {
            var losses = Losses(built, read);
            return new BatchScores(losses, zeros_like(losses, ScalarType.Bool));
        }

        public void Dispose()
        {
        }
    }
}
