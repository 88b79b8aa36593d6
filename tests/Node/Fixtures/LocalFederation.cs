using System.Diagnostics;
using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;
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

    public LocalFederation(RunSpec spec, int workers, NodePlugins? plugins = null)
    {
        this.spec = spec;
        var problems = new List<string>();
        workload = Workloads.Create(spec, plugins ?? NodePlugins.None, problems) ?? throw new ArgumentException(string.Join("; ", problems));
        pool = new WorkerPool("test", workers, threads: 1);
        (Manifest, model) = pool.RunAsync(workload, Initial, CancellationToken.None).GetAwaiter().GetResult();
    }

    public TensorManifest Manifest { get; }

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
        return new EvaluationResult(results.Sum(r => r.Examples), results.Sum(r => r.LossSum), results.Sum(r => r.Correct))
        {
            Domains = [.. results.SelectMany(r => r.Domains ?? []).GroupBy(sum => sum.Name).Select(domain =>
                new DomainSum(domain.Key, domain.Sum(sum => sum.Tokens), domain.Sum(sum => sum.Bytes), domain.Sum(sum => sum.LossSum)))],
        };
    }

    public void Dispose()
    {
        pool.Dispose();
        workload.Dispose();
    }

    private static (TensorManifest Manifest, byte[] State) Initial(ITrainer trainer)
    {
        var state = new byte[trainer.Manifest.ByteLength];
        trainer.Initialize(state);
        return (trainer.Manifest, state);
    }

    private async Task<(byte[] State, TrainResult Result)> TrainAsync(int round, int client)
    {
        var to = new byte[model.Length];
        var result = await pool.RunAsync(workload, trainer => trainer.Train(model, to, new TrainOrder(round, client), default), CancellationToken.None);
        return (to, result);
    }

    // Counters of batches are the only integers in these models: the maximum.
    private byte[] Average((byte[] State, TrainResult Result)[] updates)
    {
        var total = updates.Sum(update => (double)update.Result.Examples);
        var average = new byte[model.Length];
        foreach (var entry in Manifest.Entries)
        {
            var bytes = average.AsSpan((int)entry.Offset, (int)entry.ByteLength);
            if (entry.DType == TensorDType.I64)
            {
                MemoryMarshal.Cast<byte, long>(bytes)[0] = updates.Max(update => BitConverter.ToInt64(update.State, (int)entry.Offset));
                continue;
            }

            var sums = MemoryMarshal.Cast<byte, float>(bytes);
            for (var i = 0; i < sums.Length; i++)
            {
                var at = (int)entry.Offset + (i * sizeof(float));
                sums[i] = (float)updates.Sum(update => update.Result.Examples / total * BitConverter.ToSingle(update.State, at));
            }
        }

        return average;
    }
}
