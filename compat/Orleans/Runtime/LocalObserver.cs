using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>An object of the host that grains call: one call at a time, in order, on the thread pool.</summary>
/// <remarks>Held weakly, as the real package does: whoever made the reference keeps the object alive.</remarks>
internal sealed partial class LocalObserver(LocalSilo silo, GrainId id, IGrainObserver target) : ITarget, IThreadPoolWorkItem
{
    private readonly WeakReference<IGrainObserver> target = new(target);
    private readonly Lock gate = new();
    private readonly Queue<GrainCall> queue = new();
    private bool busy;
    private bool deleted;

    public GrainId Id => id;

    public GrainClass? Class => null;

    public void Delete()
    {
        lock (gate)
        {
            deleted = true;
        }
    }

    public void Deliver(GrainCall call)
    {
        lock (gate)
        {
            queue.Enqueue(call);
            if (busy)
            {
                return;
            }

            busy = true;
        }

        // Unsafe: the caller's execution context stays with the caller.
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        while (TryDequeue(out var call, out var gone))
        {
            if (gone || !target.TryGetTarget(out var observer))
            {
                LogGone(silo.Logger, call.ToString());
                call.Fail(new OrleansMessageRejectionException($"The observer {id} was deleted or collected: {call}."));
                continue;
            }

            var error = await call.RunAsync(observer).ConfigureAwait(false);
            if (error is not null && call.Method.OneWay)
            {
                LogOneWayFailed(silo.Logger, error, call.ToString());
            }

            call.Complete();
        }
    }

    private bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GrainCall? call, out bool gone)
    {
        lock (gate)
        {
            gone = deleted;
            return busy = queue.TryDequeue(out call);
        }
    }
}
