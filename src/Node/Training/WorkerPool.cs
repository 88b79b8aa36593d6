using System.Collections.Concurrent;

namespace Distributed.Node.Training;

/// <summary>
/// The training threads of a node. Each has one resident model at a time and keeps it while tasks of the same run follow each other; nothing awaits on
/// them.
/// </summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly BlockingCollection<Action<Worker>> jobs = [];
    private readonly Worker[] workers;

    /// <summary>Starts the threads.</summary>
    /// <param name="name">The node's name, for the threads' names.</param>
    /// <param name="count">Number of threads.</param>
    /// <param name="threads">Intra-op threads of each.</param>
    public WorkerPool(string name, int count, int threads) =>
        workers = [.. Enumerable.Range(0, count).Select(i => new Worker($"{name}/{i}", threads, jobs))];

    /// <summary>Runs a job on the next free thread, with a trainer of the workload.</summary>
    public Task<T> RunAsync<T>(IWorkload workload, Func<ITrainer, T> job, CancellationToken cancellation)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        jobs.Add(worker => worker.Run(workload, job, result, cancellation), cancellation);
        return result.Task;
    }

    /// <summary>Frees the resident models of a workload that has no job left.</summary>
    public void Forget(IWorkload workload)
    {
        foreach (var worker in workers)
        {
            worker.Forget(workload);
        }
    }

    /// <summary>Ends the threads after the jobs in hand.</summary>
    public void Dispose()
    {
        jobs.CompleteAdding();
        foreach (var worker in workers)
        {
            worker.Join();
        }

        jobs.Dispose();
    }

    private sealed class Worker
    {
        private readonly Lock gate = new();
        private readonly Thread thread;
        private readonly int threads;
        private IWorkload? current;
        private ITrainer? trainer;

        public Worker(string name, int threads, BlockingCollection<Action<Worker>> jobs)
        {
            this.threads = threads;
            thread = new Thread(() => Loop(jobs)) { IsBackground = true, Name = name };
            thread.Start();
        }

        public void Run<T>(IWorkload workload, Func<ITrainer, T> job, TaskCompletionSource<T> result, CancellationToken cancellation)
        {
            lock (gate)
            {
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    result.TrySetResult(job(TrainerOf(workload)));
                }
                catch (OperationCanceledException)
                {
                    result.TrySetCanceled(cancellation);
                }
                catch (Exception error)
                {
                    // Whatever it was belongs to the task, which reports it; the thread goes on with the next one.
                    result.TrySetException(error);
                }
            }
        }

        public void Forget(IWorkload workload)
        {
            lock (gate)
            {
                if (current == workload)
                {
                    Release();
                }
            }
        }

        public void Join() => thread.Join();

        private void Loop(BlockingCollection<Action<Worker>> jobs)
        {
            foreach (var job in jobs.GetConsumingEnumerable())
            {
                job(this);
            }

            lock (gate)
            {
                Release();
            }
        }

        private ITrainer TrainerOf(IWorkload workload)
        {
            if (current != workload)
            {
                Release();
                trainer = workload.CreateTrainer(threads);
                current = workload;
            }

            return trainer!;
        }

        private void Release()
        {
            trainer?.Dispose();
            (trainer, current) = (null, null);
        }
    }
}
