using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Training;

/// <summary>A user's own task: fits y = 3x with one weight.</summary>
public sealed class OwnTaskTests
{
    [Fact]
    public async Task OwnTask_ChosenByItsModelName_Trains()
    {
        var spec = Specs.Parse("""
            {
              "kind": "federated", "name": "own", "rounds": 1, "data": { "source": "mine", "clients": 2 },
              "model": { "name": "line", "slope": 3 },
              "training": { "epochs": 100, "batch": 5, "optimizer": { "name": "sgd", "learningRate": 0.1 } }
            }
            """);
        var problems = new List<string>();
        using var workload = Workloads.Create(spec, NodePlugins.None.With("line", (run, _) => new Line((int)run.Model.Parameters["slope"]!)), problems);
        using var pool = new WorkerPool("test", 1, 1);

        var weight = await pool.RunAsync(
            workload!,
            trainer =>
            {
                var state = new byte[trainer.Manifest.ByteLength];
                trainer.Initialize(state);
                trainer.Train(state, state, new TrainOrder(1, 0), default);
                return BitConverter.ToSingle(state);
            },
            CancellationToken.None);

        Assert.Empty(problems);
        Assert.Equal([10, 10], workload!.ClientExamples);
        Assert.Equal(3, weight, 0.05);
    }

    // Twenty examples, ten for each client.
    [Theory]
    [InlineData(9, true, "client 0 has 10 examples, so that with training.batch 9 one is left alone in a batch, and BatchNorm gets one value of a channel")]
    [InlineData(1, true, "with training.batch 1 one is left alone")]
    [InlineData(10, true, null)]
    [InlineData(4, true, null)]
    [InlineData(9, false, null)]
    public void BatchOfOneExample_UnderBatchNorm_IsToldBeforeTraining(int batch, bool normed, string? problem)
    {
        var spec = Specs.Parse($$"""
            {
              "kind": "federated", "name": "own", "rounds": 1, "data": { "source": "mine", "clients": 2 },
              "model": { "name": "line" }, "training": { "batch": {{batch}} }
            }
            """);
        var problems = new List<string>();
        using var workload = Workloads.Create(spec, NodePlugins.None.With("line", (_, _) => new Line(3, normed)), problems);

        Assert.Equal(problem is null, workload is not null);
        Assert.Contains(problem ?? "", string.Join('\n', problems), StringComparison.Ordinal);
    }

    private sealed class Line : ILearningTask
    {
        private readonly Tensor inputs = linspace(-1, 1, 20).reshape(20, 1).DetachFromDisposeScope();
        private readonly Tensor targets;
        private readonly bool normed;

        public Line(int slope, bool normed = false) => (targets, this.normed) = ((inputs * slope).DetachFromDisposeScope(), normed);

        public int TrainCount => 20;

        public int TestCount => 20;

        public IReadOnlyList<int> TrainLabels { get; } = new int[20];

        public nn.Module BuildModel() => normed ? nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)) : nn.Linear(1, 1, hasBias: false);

        public Batch ReadBatch(Split split, Tensor indices) => new(inputs.index_select(0, indices), targets.index_select(0, indices));

        public Tensor Losses(nn.Module model, Batch batch) => (((nn.Module<Tensor, Tensor>)model).call(batch.Inputs) - batch.Targets).square().flatten();

        public BatchScores Evaluate(nn.Module model, Batch batch) => new(Losses(model, batch), zeros(batch.Inputs.shape[0]));

        public void Dispose()
        {
            inputs.Dispose();
            targets.Dispose();
        }
    }
}
