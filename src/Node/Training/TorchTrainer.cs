using Distributed.Algorithms.Tensors;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;
using TorchSharp;

namespace Distributed.Node.Training;

/// <summary>Trains a torch module.</summary>
internal sealed class TorchTrainer : ITrainer
{
    private readonly ILearningTask task;
    private readonly Partition partition;
    private readonly Holdout holdout;
    private readonly RunSpec spec;
    private readonly OptimizerBuilder optimizer;
    private readonly ModelAlignment? alignment;
    private readonly torch.nn.Module model;
    private readonly ModelState state;

    public TorchTrainer(
        ILearningTask task, Partition partition, Holdout holdout, RunSpec spec, OptimizerBuilder optimizer, ModelAlignment? alignment)
    {
        (this.task, this.partition, this.holdout, this.spec, this.optimizer, this.alignment) = (task, partition, holdout, spec, optimizer, alignment);
        model = task.BuildModel();
        Convolutions.LeaveOutOneDnn(model);
        state = new ModelState(model);
    }

    public TensorManifest Manifest => state.Manifest;

    public void Initialize(Span<byte> destination)
    {
        task.Initialize(model, spec.Seed);
        state.Save(destination);
    }

    public TrainResult Train(ReadOnlySpan<byte> from, Span<byte> to, TrainOrder order, CancellationToken cancellation)
    {
        var examples = partition.Clients[order.Client];
        if (spec.Training.Epochs == 0 || examples.Length == 0)
        {
            from.CopyTo(to);
            return new TrainResult(examples.Length, 0, 0);
        }

        using var scope = torch.NewDisposeScope();
        state.Load(from);
        model.train();
        using var fresh = optimizer(state.Parameters);
        var result = new TrainLoop(task, model, spec.Training.Epochs, spec.Training.Batch).Run(fresh, examples, spec.Seed, order, cancellation);
        state.Save(to);
        return alignment is null ? result : result with { Metrics = alignment.Align(Manifest, from, to, cancellation) };
    }

    public EvaluationResult Evaluate(ReadOnlySpan<byte> bytes, int shard, int shards, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        state.Load(bytes);
        model.eval();
        return EvaluationLoop.Run(task, model, holdout.Test, spec.Evaluation.Batch, shard, shards, cancellation);
    }

    public IProxyTrainer OpenProxy(ReadOnlySpan<byte> bytes, int round)
    {
        if (holdout.Proxy is not { } proxy)
        {
            throw new TrainingFailedException("This node does not hold the run's proxy set.");
        }

        state.Load(bytes);
        return new ProxyObjective(proxy, model, state, spec.Proxy!.Batch, spec.Seed, round);
    }

    public void Dispose() => model.Dispose();
}
