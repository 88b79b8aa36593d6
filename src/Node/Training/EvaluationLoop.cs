using Distributed.Node.Models;
using TorchSharp;

namespace Distributed.Node.Training;

/// <summary>Scores a share of the test examples, batch by batch, without gradients.</summary>
internal static class EvaluationLoop
{
    /// <summary>Sums over shard <paramref name="shard"/> of <paramref name="shards"/>: consecutive ones of <paramref name="examples"/>, so that all shards are all examples once.</summary>
    public static EvaluationResult Run(
        ILearningTask task, torch.nn.Module model, int[] examples, int batchSize, int shard, int shards, CancellationToken cancellation)
    {
        var (from, to) = (Cut(shard), Cut(shard + 1));
        var (lossSum, correct) = (0.0, 0L);
        var domains = task.Domains.Select(name => new DomainSum(name, 0, 0, 0)).ToArray();
        using var mode = torch.no_grad();
        for (var first = from; first < to; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            var indices = Array.ConvertAll(examples[first..Math.Min(first + batchSize, to)], index => (long)index);
            var scores = task.Evaluate(model, task.ReadBatch(Split.Test, torch.tensor(indices)));
            lossSum += scores.Losses.sum().item<float>();
            correct += scores.Correct.sum().item<long>();
            if (domains.Length > 0)
            {
                Add(domains, task, indices, scores.Losses);
            }
        }

        return new EvaluationResult(to - from, lossSum, correct) { Domains = domains.Length == 0 ? null : [.. domains.Where(domain => domain.Tokens > 0)] };

        int Cut(int index) => (int)((long)examples.Length * index / shards);
    }

    private static void Add(DomainSum[] domains, ILearningTask task, long[] indices, torch.Tensor losses)
    {
        var (labels, values) = (task.TestLabels, losses.cpu().data<float>().ToArray());
        for (var i = 0; i < indices.Length; i++)
        {
            var (label, size) = (labels[(int)indices[i]], task.TestSize((int)indices[i]));
            var sum = domains[label];
            domains[label] = sum with { Tokens = sum.Tokens + size.Tokens, Bytes = sum.Bytes + size.Bytes, LossSum = sum.LossSum + ((double)values[i] * size.Tokens) };
        }
    }
}
