using Distributed.Node.Data.Partitioning;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Protocols.Runs;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.Training;

/// <summary>
/// Whether a model bears a batch of one example. The unbiased variance of one number is none: libtorch divides by zero, and BatchNorm's running variance is NaN from there on.
/// </summary>
internal static class SmallestBatch
{
    /// <summary>What is wrong, with a client that it happens to; null: nothing.</summary>
    public static string? Problem(ILearningTask task, Partition partition, RunSpec spec)
    {
        var batch = spec.Training.Batch;
        var client = Array.FindIndex([.. partition.Clients], examples => examples.Length > 0 && (batch == 1 || examples.Length % batch == 1));
        return client >= 0 && spec.Training.Epochs > 0 && !Bears(task, partition.Clients[client][0])
            ? $"client {client} has {partition.Clients[client].Length} examples, so that with training.batch {batch} one is left alone in a batch, and BatchNorm gets one value of a channel, which has no variance. Choose another training.batch, or another norm."
            : null;
    }

    // By trial: what a layer sees of an example is known to the model alone.
    private static bool Bears(ILearningTask task, int example)
    {
        using var model = task.BuildModel();
        var norms = model.modules().OfType<BatchNorm>().ToList();
        if (norms.Count == 0)
        {
            return true;
        }

        Convolutions.LeaveOutOneDnn(model);
        using var scope = torch.NewDisposeScope();
        using var gradless = torch.no_grad();
        model.train();
        task.Losses(model, task.ReadBatch(Split.Train, torch.tensor([(long)example])));
        return norms.All(norm => norm.running_var is not { } variance || variance.isfinite().all().item<bool>());
    }
}
