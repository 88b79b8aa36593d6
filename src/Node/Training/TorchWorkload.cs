using Distributed.Node.Engine;
using Distributed.Node.Data.Partitioning;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Training;

/// <summary>A learning task whose training examples are dealt to clients.</summary>
internal sealed class TorchWorkload(
    ILearningTask task, Partition partition, Holdout holdout, RunSpec spec, OptimizerBuilder optimizer, ModelAlignment? alignment, string device) : IWorkload
{
    public IReadOnlyList<int> ClientExamples { get; } = [.. partition.Clients.Select(indices => indices.Length)];

    public ClassHistogram? Histogram { get; } = ClassHistogram.Of(partition, task.TrainLabels);

    public int TestExamples => holdout.Test.Length;

    public int ProxyExamples => holdout.Proxy?.Indices.Length ?? 0;

    public string Engine => TorchEngine.Describe(device);

    public IEnumerable<string> Remarks => alignment?.Untouched ?? [];

    public bool ReturnsItsInput => spec.Training.Epochs == 0;

    public ITrainer CreateTrainer(int threads)
    {
        TorchEngine.EnterThread(threads);
        return new TorchTrainer(task, partition, holdout, spec, optimizer, alignment);
    }

    public void Dispose()
    {
        task.Dispose();
        if (holdout.Proxy is { } proxy && proxy.Task != task)
        {
            proxy.Task.Dispose();
        }
    }
}
