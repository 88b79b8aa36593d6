using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Data;
using Distributed.Node.Models;
using Distributed.Node.Tests.Data;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Training;

/// <summary>The proxy set in a node: what is held back, the loss on it, statistics estimated with it.</summary>
public sealed class ProxyTests : IDisposable
{
    private static readonly RunSpec Glyphs = Specs.Glyphs(seed: 5, """{ "name": "mlp", "hidden": [8] }""", rounds: 2, clients: 4, train: 400, test: 150);

    private readonly IdxFiles data = Files(train: 40, side: 4);
    private readonly IdxFiles own = Files(train: 30, side: 4);

    public void Dispose()
    {
        data.Dispose();
        own.Dispose();
    }

    [Fact]
    public void FromTest_LeavesTheTestSet()
    {
        using var workload = Workload(Glyphs with { Proxy = new() { Examples = 40 } });

        Assert.Equal((110, 40, 400), (workload.TestExamples, workload.ProxyExamples, workload.ClientExamples.Sum()));
    }

    [Fact]
    public void FromTrain_LeavesTheTrainingExamples()
    {
        using var workload = Workload(Glyphs with { Proxy = new() { Examples = 40, From = ProxyOrigin.Train } });

        Assert.Equal((150, 40, 360), (workload.TestExamples, workload.ProxyExamples, workload.ClientExamples.Sum()));
    }

    [Fact]
    public void Own_WithoutAFolder_IsNotHeldHere()
    {
        using var workload = Workload(Mnist() with { Proxy = new() { Examples = 40, From = ProxyOrigin.Own } });

        Assert.Equal(0, workload.ProxyExamples);
    }

    [Fact]
    public void Own_WithAFolder_TakesNothingFromTheRun()
    {
        using var plain = Workload(Mnist());
        using var workload = Workload(Mnist() with { Proxy = new() { Examples = 20, From = ProxyOrigin.Own, Path = own.Folder } });

        Assert.Equal((20, plain.TestExamples, plain.ClientExamples.Sum()), (workload.ProxyExamples, workload.TestExamples, workload.ClientExamples.Sum()));
    }

    [Fact]
    public void Own_ImagesAndClassesOfAnotherKind_AreAllListed()
    {
        using var other = Files(train: 30, side: 5, classes: 8);
        var problems = new List<string>();
        Assert.Null(Workloads.Create(
            Mnist() with { Proxy = new() { Examples = 31, From = ProxyOrigin.Own, Path = other.Folder } }, NodePlugins.None, problems));

        Assert.Contains(problems, problem => problem.Contains("images of 1 x 5 x 5, the training data of 1 x 4 x 4", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("none of class 8, 9", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("31 asked for, of 30", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(150, ProxyOrigin.Test, "of 150 test examples 1 must be left")]
    [InlineData(5, ProxyOrigin.Test, "5 are fewer than one for each of the")]
    [InlineData(500, ProxyOrigin.Train, "of 400 training examples 1 must be left")]
    public void Examples_NotToBeHad_SaysSo(int examples, ProxyOrigin from, string text)
    {
        var problems = new List<string>();
        Assert.Null(Workloads.Create(Glyphs with { Proxy = new() { Examples = examples, From = from } }, NodePlugins.None, problems));
        Assert.Contains(problems, problem => problem.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void NoExamples_IsAMistakeOfTheRunFile()
    {
        var problems = new List<SpecProblem>();
        var json = RunSpecJson.Write(Glyphs with { Proxy = new() }).Replace("\"examples\":200", "\"examples\":0", StringComparison.Ordinal);

        Assert.Null(RunSpecJson.Parse(json, problems));
        Assert.Equal("proxy.examples", Assert.Single(problems).Path);
    }

    [Fact]
    public async Task Gradient_IsTheLossesSlope()
    {
        await OnTrainerAsync(Glyphs with { Proxy = new() { Examples = 40, Batch = 16 } }, trainer =>
        {
            var state = new byte[trainer.Manifest.ByteLength];
            trainer.Initialize(state);
            var proxy = trainer.OpenProxy(state, round: 3);
            Assert.Equal(3, proxy.BatchCount);
            proxy.StartEpoch(0);
            var model = MemoryMarshal.Cast<byte, float>(state).ToArray();
            var gradient = new float[model.Length];
            var loss = proxy.Evaluate(1, model, gradient);

            // Along the gradient itself the loss rises by its squared norm; two-sided, since the loss is in single precision.
            var norm = Math.Sqrt(gradient.Sum(g => (double)g * g));
            var step = 1e-3 / norm;
            var (up, down) = (At(+step), At(-step));
            Assert.InRange(loss, 1, 4);
            Assert.Equal(norm, (up - down) / 2e-3, 0.02 * norm);

            double At(double by) => proxy.Evaluate(1, [.. model.Zip(gradient, (w, g) => (float)(w + (by * g)))], new float[model.Length]);
        });
    }

    [Fact]
    public async Task Loss_IsTheMeanOverTheWholeSetWhateverTheShuffle()
    {
        await OnTrainerAsync(Glyphs with { Proxy = new() { Examples = 40, Batch = 16 } }, trainer =>
        {
            var state = new byte[trainer.Manifest.ByteLength];
            trainer.Initialize(state);
            var model = MemoryMarshal.Cast<byte, float>(state).ToArray();
            var proxy = trainer.OpenProxy(state, round: 1);
            var before = proxy.Loss(model);
            proxy.StartEpoch(0);
            var sum = Enumerable.Range(0, 3).Sum(batch => proxy.Evaluate(batch, model, new float[model.Length]) * (batch < 2 ? 16 : 8));

            Assert.Equal(before, proxy.Loss(model));
            Assert.Equal(before, sum / 40, 1e-5);
        });
    }

    [Fact]
    public async Task Batches_LastOfOneExample_JoinsTheOneBefore() =>
        await OnTrainerAsync(Glyphs with { Proxy = new() { Examples = 33, Batch = 16 } }, trainer =>
            Assert.Equal(2, trainer.OpenProxy(new byte[trainer.Manifest.ByteLength], 1).BatchCount));

    [Fact]
    public async Task Aggregation_FedLaw_IsTheMixtureOfItsCoefficientsAndTheSameOnAnyNode()
    {
        var spec = Glyphs with { Proxy = new() { Examples = 40 }, Aggregator = PluginSpec.Named("fedlaw") };
        var (first, second) = (Array.Empty<byte>(), Array.Empty<byte>());
        Protocols.V1.Aggregation said = new();
        await OnTrainerAsync(spec, trainer => (first, said) = Aggregate(spec, trainer));
        await OnTrainerAsync(spec, trainer => (second, _) = Aggregate(spec, trainer));

        Assert.Equal(first, second);
        Assert.Equal(said.Metrics["gamma"], said.Coefficients.Values.Sum(), 1e-9);
        Assert.True(said.Metrics["proxy.loss"] <= said.Metrics["proxy.loss.average"]);
    }

    [Fact]
    public async Task Recalibrate_BatchNorm_TakesThePlainMeanOverTheProxyBatches()
    {
        var spec = Specs.Parse("""
            {
              "kind": "federated", "name": "own", "rounds": 1, "data": { "source": "mine", "clients": 2 },
              "model": { "name": "normed" }, "proxy": { "examples": 10, "batch": 4, "from": "train" }
            }
            """);
        await OnTrainerAsync(spec, NodePlugins.None.With("normed", (_, _) => new Normed()), trainer =>
        {
            var state = new TensorSet(trainer.Manifest);
            trainer.Initialize(state.Data.Span);
            var before = state.Values<float>("norm.weight").ToArray();
            state.Values<float>("norm.running_mean").Fill(100);
            trainer.OpenProxy(state.Data.Span, 1).Recalibrate(state.Data.Span);

            // Batches of 4, 4 and 2 of the ten drawn examples, in their order: the inputs are the indices.
            var (means, variances) = (new List<double>(), new List<double>());
            foreach (var batch in Normed.Drawn(spec.Seed).Chunk(4))
            {
                var mean = batch.Average();
                means.Add(mean);
                variances.Add(batch.Sum(x => (x - mean) * (x - mean)) / (batch.Length - 1));
            }

            Assert.Equal(means.Average(), state.Values<float>("norm.running_mean")[0], 1e-3);
            Assert.Equal(variances.Average(), state.Values<float>("norm.running_var")[0], variances.Average() * 1e-4);
            Assert.Equal(before, state.Values<float>("norm.weight").ToArray());
        });
    }

    private static IdxFiles Files(int train, int side, int classes = 10)
    {
        var (images, labels) = IdxFiles.Pair(train, side, i => (byte)(i % classes));
        var (testImages, testLabels) = IdxFiles.Pair(20, side, i => (byte)(i % classes));
        return new IdxFiles().WithPair("train", images, labels).WithPair("t10k", testImages, testLabels);
    }

    private RunSpec Mnist()
    {
        var spec = Specs.Mnist(1, data.Folder);
        return spec with { Data = spec.Data with { Clients = 2 } };
    }

    private static IWorkload Workload(RunSpec spec)
    {
        var problems = new List<string>();
        var workload = Workloads.Create(spec, NodePlugins.None, problems);
        Assert.Empty(problems);
        return workload!;
    }

    private static (byte[] Model, Protocols.V1.Aggregation Said) Aggregate(RunSpec spec, ITrainer trainer)
    {
        var reference = new byte[trainer.Manifest.ByteLength];
        trainer.Initialize(reference);
        var updates = new List<(int, double, ITensorReader)>();
        for (var client = 0; client < 3; client++)
        {
            var trained = new byte[reference.Length];
            trainer.Train(reference, trained, new TrainOrder(1, client), default);
            updates.Add((client, 10 + client, new TensorSet(trainer.Manifest, trained)));
        }

        var model = new byte[reference.Length];
        var said = new RoundAggregation(spec, 1, default).Run(trainer, reference, updates, model, default);
        var mixed = new TensorSet(trainer.Manifest, model);
        for (var i = 0; i < 20; i++)
        {
            var expected = updates.Sum(update => said.Coefficients[(uint)update.Item1] * ((TensorSet)update.Item3).Values<float>("fc1.weight")[i]);
            Assert.Equal(expected, mixed.Values<float>("fc1.weight")[i], 1e-6);
        }

        return (model, said);
    }

    private static Task OnTrainerAsync(RunSpec spec, Action<ITrainer> work) => OnTrainerAsync(spec, NodePlugins.None, work);

    private static async Task OnTrainerAsync(RunSpec spec, NodePlugins plugins, Action<ITrainer> work)
    {
        var problems = new List<string>();
        using var workload = Workloads.Create(spec, plugins, problems);
        Assert.Empty(problems);
        using var pool = new WorkerPool("test", 1, 1);
        await pool.RunAsync(
            workload!,
            trainer =>
            {
                work(trainer);
                return true;
            },
            CancellationToken.None);
    }

    /// <summary>A normalisation layer over one number, which is the example's index.</summary>
    private sealed class Normed : ILearningTask
    {
        public int TrainCount => 40;

        public int TestCount => 4;

        public IReadOnlyList<int> TrainLabels { get; } = [.. Enumerable.Range(0, 40).Select(i => i % 2)];

        public static double[] Drawn(int seed) =>
            [.. ProxyDraw.Draw(seed, 10, [.. Enumerable.Range(0, 40).Select(i => i % 2)], [0, 1], 1, "examples", [])!.Select(index => (double)index)];

        public nn.Module BuildModel() => nn.Sequential(("norm", nn.BatchNorm1d(1)));

        public Batch ReadBatch(Split split, Tensor indices) => new(indices.to_type(ScalarType.Float32).reshape(-1, 1), indices);

        public Tensor Losses(nn.Module model, Batch batch) => ((nn.Module<Tensor, Tensor>)model).call(batch.Inputs).reshape(-1).pow(2);

        public BatchScores Evaluate(nn.Module model, Batch batch) => new(Losses(model, batch), zeros(batch.Inputs.shape[0], ScalarType.Bool));

        public void Dispose()
        {
        }
    }
}
