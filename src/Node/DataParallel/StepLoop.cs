using System.Diagnostics;
using System.Globalization;
using Distributed.Collectives.Groups;
using Distributed.Node.Models;
using Distributed.Node.Telemetry;
using Distributed.Node.Training;
using TorchSharp;

namespace Distributed.Node.DataParallel;

/// <summary>
/// Training step by step in a process group:
/// <c>share of the batch -> per-sample losses -> their part of the batch's mean -> backward -> sum over the ranks -> optimizer</c>.
/// Runs on one thread without awaiting, because dispose scopes and gradient mode belong to the thread.
/// </summary>
internal sealed class StepLoop : IDisposable
{
    private readonly ILearningTask task;
    private readonly Replica replica;
    private readonly StepPlan plan;
    private readonly StepSampler sampler;
    private readonly FlatGradients gradients;
    private int skips;

    /// <summary>Makes a replica's gradients ready.</summary>
    /// <param name="task">What is learned.</param>
    /// <param name="replica">Stays the caller's.</param>
    /// <param name="plan">How.</param>
    public StepLoop(ILearningTask task, Replica replica, StepPlan plan)
    {
        (this.task, this.replica, this.plan) = (task, replica, plan);
        sampler = new StepSampler(plan.Seed, task.TrainCount, plan.Batch);
        gradients = new FlatGradients(replica.Parameters);
    }

    /// <summary>Why a plan does not go with a task and a number of ranks; null: it does.</summary>
    public static string? Misfit(ILearningTask task, StepPlan plan, int ranks) =>
        task.TrainCount == 0 ? "there are no training examples"
        : plan.Batch < ranks ? string.Create(CultureInfo.InvariantCulture, $"a batch of {plan.Batch} is too small for {ranks} ranks; each needs one example")
        : null;

    /// <summary>Does one step. When it throws, parameters, optimizer and step are as they were before.</summary>
    /// <exception cref="GroupException">The group is broken; the step is done by none of those who see this.</exception>
    /// <exception cref="TrainingFailedException">Too many steps in a row were not finite.</exception>
    public StepResult Next(IProcessGroup group)
    {
        var started = Stopwatch.GetTimestamp();
        replica.Model.train();
        gradients.Clear();
        var share = sampler.Share(replica.Step, group.Rank, group.Size);
        var (loss, data) = (0f, TimeSpan.Zero);
        foreach (var part in share.Chunk(plan.MicroBatch ?? share.Length))
        {
            loss += Accumulate(part, ref data);
        }

        gradients.Loss = loss;
        var computed = Stopwatch.GetTimestamp();
        Exchange.End(group.AllReduceAsync(gradients.Elements, Reduction.Sum, plan.Deadline));
        var communication = Stopwatch.GetElapsedTime(computed);

        var norm = gradients.Norm();
        // All ranks see the same bits here, and so decide alike.
        var skipped = !float.IsFinite(norm) || !float.IsFinite(gradients.Loss);
        if (skipped)
        {
            Skip();
        }
        else
        {
            Apply(norm);
        }

        replica.Step++;
        NodeInstruments.StepDone(share.Length, started);
        return new StepResult(replica.Step, gradients.Loss, norm, skipped, data, communication, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Scores the test examples, each rank its share of them; the same sums on every rank.</summary>
    /// <param name="group">The ranks.</param>
    /// <param name="examples">Indices of the test examples.</param>
    /// <param name="batchSize">Examples of a forward pass.</param>
    /// <param name="cancellation">Looked at once a batch.</param>
    /// <exception cref="GroupException">The group is broken.</exception>
    public EvaluationResult Evaluate(IProcessGroup group, int[] examples, int batchSize, CancellationToken cancellation)
    {
        replica.Model.eval();
        var own = EvaluationLoop.Run(task, replica.Model, examples, batchSize, group.Rank, group.Size, cancellation);
        var sums = GC.AllocateArray<double>(3, pinned: true);
        (sums[0], sums[1], sums[2]) = (own.Examples, own.LossSum, own.Correct);
        Exchange.End(group.AllReduceAsync(Pinned.Of(sums), Reduction.Sum, plan.Deadline));
        return new EvaluationResult((long)sums[0], sums[1], (long)sums[2]);
    }

    public void Dispose() => gradients.Dispose();

    // Adds a part's gradients to those of the parts before; its part of the batch's mean loss.
    private float Accumulate(long[] part, ref TimeSpan data)
    {
        using var scope = torch.NewDisposeScope();
        var started = Stopwatch.GetTimestamp();
        var batch = task.ReadBatch(Split.Train, torch.tensor(part));
        data += Stopwatch.GetElapsedTime(started);
        // Divided by the whole batch, so that the ranks' sums are its mean also where their shares differ by one.
        var loss = task.Losses(replica.Model, batch).sum() / plan.Batch;
        loss.backward();
        return loss.item<float>();
    }

    private void Skip()
    {
        if (++skips > plan.MaxSkips)
        {
            throw new TrainingFailedException(string.Create(
                CultureInfo.InvariantCulture, $"The loss or the gradients of step {replica.Step + 1} are not finite (loss {gradients.Loss}); try a lower learning rate."));
        }
    }

    private void Apply(float norm)
    {
        using var scope = torch.NewDisposeScope();
        skips = 0;
        if (plan.MaxNorm is { } limit && norm > limit)
        {
            gradients.Scale((float)(limit / norm));
        }

        if (plan.Schedule is { } schedule)
        {
            foreach (var parameters in replica.Optimizer.ParamGroups)
            {
                parameters.LearningRate = parameters.InitialLearningRate * schedule.Share(replica.Step);
            }
        }

        replica.Optimizer.step();
    }
}
