using System.Text.Json.Nodes;
using Distributed.Collectives.Groups;
using Distributed.Collectives.InProcess;
using Distributed.Node.DataParallel;
using Distributed.Node.Engine;
using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Tests.DataParallel;

/// <summary>A task of glyphs, and ranks on threads of this process that train on it.</summary>
internal sealed class Ranks : IDisposable
{
    private readonly OptimizerBuilder optimizer;

    public Ranks(int seed, string model, string optimizer, int batch)
    {
        var spec = Specs.Glyphs(seed, model, rounds: 1, clients: 1, train: 500, test: 100);
        Learning = Workloads.CreateTask(spec, NodePlugins.None, [])!;
        Plan = new StepPlan { Seed = seed, Batch = batch };
        var named = SpecBinder.ToPlugin(JsonNode.Parse(optimizer)!, "optimizer", [])!;
        this.optimizer = Optimizers.Family.Create(named, "optimizer", [])!;
    }

    public ILearningTask Learning { get; set; }

    public StepPlan Plan { get; set; }

    /// <summary>A replica at step 0.</summary>
    public Replica Replica()
    {
        TorchEngine.EnterThread(1);
        return new Replica(Learning, optimizer, Plan.Seed);
    }

    /// <summary>Does the same on each rank of a new group, each on a thread of its own; what the ranks came to, in their order.</summary>
    public static async Task<T[]> AllAsync<T>(int size, Func<IProcessGroup, T> work)
    {
        var ranks = InProcessGroup.Create(size);
        return await Task.WhenAll(ranks.Select(rank => Task.Factory.StartNew(
            () =>
            {
                TorchEngine.EnterThread(1);
                return work(rank);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    /// <summary>Trains from step 0, or from where a replica stands; each rank's replica afterwards, as saved.</summary>
    public async Task<byte[][]> TrainAsync(int size, int steps, byte[]? from = null) => await AllAsync(size, group =>
    {
        using var replica = Replica();
        if (from is not null)
        {
            replica.Load(from);
        }

        using var loop = new StepLoop(Learning, replica, Plan);
        for (var step = 0; step < steps; step++)
        {
            loop.Next(group);
        }

        return replica.Save();
    });

    public void Dispose() => Learning.Dispose();
}
