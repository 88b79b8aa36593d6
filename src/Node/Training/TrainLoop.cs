using System.Diagnostics;
using Distributed.Node.Data.Random;
using Distributed.Node.Models;
using Distributed.Node.Telemetry;
using TorchSharp;

namespace Distributed.Node.Training;

/// <summary>
/// Local training, whole: epochs, batches, and the step
/// <c>batch -> per-sample losses -> weights -> mean -> backward -> optimizer</c>.
/// Runs on one thread without awaiting, because dispose scopes and gradient mode belong to the thread.
/// </summary>
internal sealed class TrainLoop(ILearningTask task, torch.nn.Module model, int epochs, int batchSize)
{
    /// <summary>Trains on a client's examples.</summary>
    /// <param name="optimizer">Over the model's parameters, fresh.</param>
    /// <param name="examples">Indices of the client's training examples.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="order">Names the random streams.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <exception cref="TrainingFailedException">A loss is not finite.</exception>
    public TrainResult Run(torch.optim.Optimizer optimizer, int[] examples, int seed, TrainOrder order, CancellationToken cancellation)
    {
        var (steps, loss) = (0, 0.0);
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            using var shuffled = Shuffle(examples, new RandomStream(seed, RandomPurpose.BatchOrder, order.Round, order.Client, epoch));
            var lossSum = 0.0;
            for (var first = 0; first < examples.Length; first += batchSize, steps++)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = Math.Min(batchSize, examples.Length - first);
                lossSum += count * Step(optimizer, shuffled, first, count, $"round {order.Round}, client {order.Client}, epoch {epoch + 1}");
            }

            loss = examples.Length == 0 ? 0 : lossSum / examples.Length;
        }

        return new TrainResult(examples.Length, loss, steps);
    }

    // One optimizer step; the mean loss of its batch.
    private double Step(torch.optim.Optimizer optimizer, torch.Tensor shuffled, int first, int count, string where)
    {
        var started = Stopwatch.GetTimestamp();
        using var scope = torch.NewDisposeScope();
        var batch = task.ReadBatch(Split.Train, shuffled.narrow(0, first, count));
        var losses = task.Losses(model, batch);
        // Every example weighs the same so far; sample and domain weights will multiply the losses here.
        var loss = losses.mean();
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();

        var value = loss.item<float>();
        NodeInstruments.StepDone(count, started);
        return float.IsFinite(value) ? value : throw new TrainingFailedException($"The training loss became {value} in {where}; try a lower learning rate.");
    }

    private static torch.Tensor Shuffle(int[] examples, RandomStream stream)
    {
        var order = Array.ConvertAll(examples, index => (long)index);
        stream.Shuffle<long>(order);
        return torch.tensor(order);
    }
}
