namespace Orleans.Runtime;

/// <summary>Runs the tasks of one activation one at a time, in order, on threads of the pool.</summary>
internal sealed class ActivationScheduler(Activation activation) : TaskScheduler, IThreadPoolWorkItem
{
    // So many tasks in a row, then other activations get the thread.
    private const int Quantum = 64;

    private readonly Lock gate = new();
    private readonly Queue<Task> queue = new();
    private bool scheduled;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Starts work in a clean execution context: nothing of the thread that asks for it flows in.</summary>
    public void Post(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            Start(work);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            Start(work);
        }
    }

    public void Execute()
    {
        RuntimeContext.Current = activation;
        try
        {
            for (var i = 0; i < Quantum; i++)
            {
                if (!TryDequeue(out var task))
                {
                    return;
                }

                TryExecuteTask(task);
            }
        }
        finally
        {
            RuntimeContext.Current = null;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override void QueueTask(Task task)
    {
        lock (gate)
        {
            queue.Enqueue(task);
            if (scheduled)
            {
                return;
            }

            scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => !taskWasPreviouslyQueued && RuntimeContext.Current == activation && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (gate)
        {
            return [.. queue];
        }
    }

    // The task is the start of an async method only: what follows its first await comes back to this scheduler by itself.
    private void Start(Func<Task> work) => new Task(() => _ = work()).Start(this);

    private bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Task? task)
    {
        lock (gate)
        {
            scheduled = queue.TryDequeue(out task);
            return scheduled;
        }
    }
}
