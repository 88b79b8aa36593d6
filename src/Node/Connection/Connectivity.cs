namespace Distributed.Node.Connection;

/// <summary>
/// Whether the node is joined. Transfers wait here instead of retrying on their own: the session is the one place that knows when another try makes sense.
/// </summary>
internal sealed class Connectivity(Backoff backoff, TimeProvider time)
{
    private readonly Lock gate = new();
    private TaskCompletionSource joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int epoch;

    /// <summary>Counts the connections so far.</summary>
    public int Epoch
    {
        get
        {
            lock (gate)
            {
                return epoch;
            }
        }
    }

    /// <summary>The coordinator said welcome.</summary>
    public void Up()
    {
        lock (gate)
        {
            epoch++;
            joined.TrySetResult();
        }
    }

    /// <summary>The control stream ended.</summary>
    public void Down()
    {
        lock (gate)
        {
            if (joined.Task.IsCompleted)
            {
                joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Completes while joined, at once or at the next welcome.</summary>
    public Task WhenJoinedAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            return joined.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Waits before another attempt, however the session delays it.</summary>
    public async Task DelayAsync(int failures, CancellationToken cancellation) =>
        await Task.Delay(backoff.Delay(failures, System.Random.Shared.NextDouble()), time, cancellation);

    /// <summary>Starts a series of attempts of one transfer.</summary>
    public Attempts StartAttempts() => new(this);

    /// <summary>The attempts of one transfer.</summary>
    internal sealed class Attempts(Connectivity connectivity)
    {
        private int failures;

        /// <summary>After a failure: backs off, then waits until the node is joined.</summary>
        /// <param name="madeProgress">Whether bytes went over; the back-off starts anew.</param>
        /// <param name="cancellation">Gives up.</param>
        public async Task WaitAsync(bool madeProgress, CancellationToken cancellation)
        {
            failures = madeProgress ? 1 : failures + 1;
            await connectivity.DelayAsync(failures, cancellation);
            await connectivity.WhenJoinedAsync(cancellation);
        }
    }
}
