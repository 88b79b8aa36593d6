using System.Diagnostics;
using System.Runtime.InteropServices;
using Distributed.Node.Hosting;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Rounds of federated averaging with the node's own trainers and no network: what training alone amounts to.</summary>
internal sealed class LocalFederation : IDisposable
{
    private readonly RunSpec spec;
    private readonly IWorkload workload;
    private readonly WorkerPool pool;
    private byte[] model;

    public LocalFederation(RunSpec spec, int workers)
    {
        this.spec = spec;
        var problems = new List<string>();
        workload = Workloads.Create(spec, NodePlugins.None, problems) ?? throw new ArgumentException(string.Join("; ", problems));
        pool = new WorkerPool("test", workers, threads: 1);
        model = pool.RunAsync(workload, Initial, CancellationToken.None).GetAwaiter().GetResult();
    }

    public byte[] Model => model;

    public TimeSpan Training { get; private set; }

    public TimeSpan Processor { get; private set; }

    public int Steps { get; private set; }

    public async Task RunAsync()
    {
        for (var round = 1; round <= spec.Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var before = Environment.CpuUsage.TotalTime;
            var trained = await Task.WhenAll(Enumerable.Range(0, spec.Data.Clients).Select(client => TrainAsync(round, client)));
            Training += Stopwatch.GetElapsedTime(started);
            Processor += Environment.CpuUsage.TotalTime - before;
            Steps += trained.Sum(update => update.Result.Steps);
            model = Average(trained);
        }
    }

    public async Task<EvaluationResult> EvaluateAsync(int shards = 1)
    {
        var results = await Task.WhenAll(Enumerable.Range(0, shards).Select(shard =>
            pool.RunAsync(workload, trainer => trainer.Evaluate(model, shard, shards, default), CancellationToken.None)));
        return new EvaluationResult(results.Sum(r => r.Examples), results.Sum(r => r.LossSum), results.Sum(r => r.Correct));
    }

    public void Dispose()
    {
        pool.Dispose();
        workload.Dispose();
    }

    private static byte[] Initial(ITrainer trainer)
    {
        var state = new byte[trainer.Manifest.ByteLength];
        trainer.Initialize(state);
        return state;
    }

    private async Task<(byte[] State, TrainResult Result)> TrainAsync(int round, int client)
    {
        var to = new byte[model.Length];
        var result = await pool.RunAsync(workload, trainer => trainer.Train(model, to, new TrainOrder(round, client), default), CancellationToken.None);
        return (to, result);
    }

    private static byte[] Average((byte[] State, TrainResult Result)[] updates)
    {
        var total = updates.Sum(update => (double)update.Result.Examples);
        var sum = new double[updates[0].State.Length / sizeof(float)];
        foreach (var (state, result) in updates)
        {
            var values = MemoryMarshal.Cast<byte, float>(state);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += result.Examples / total * values[i];
            }
        }

        return MemoryMarshal.AsBytes(Array.ConvertAll(sum, value => (float)value).AsSpan()).ToArray();
    }
}
