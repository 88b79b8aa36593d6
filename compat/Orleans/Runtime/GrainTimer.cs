using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>Each tick is a turn; the next one is due one period after it has ended, so ticks never pile up.</summary>
internal sealed partial class GrainTimer : IGrainTimer
{
    private readonly Activation activation;
    private readonly Func<CancellationToken, Task> callback;
    private readonly CancellationTokenSource disposed = new();
    private readonly GrainTimerCreationOptions options;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private TimeSpan period;
    private bool changed;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        (this.activation, this.callback, this.options, period) = (activation, callback, options, options.Period);
        timer = activation.Silo.Time.CreateTimer(
            static state => ((GrainTimer)state!).OnDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start() => timer.Change(options.DueTime, Timeout.InfiniteTimeSpan);

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
            (this.period, changed) = (period, true);
            timer.Change(dueTime, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed.IsCancellationRequested)
            {
                return;
            }

            timer.Dispose();
        }

        disposed.Cancel();
        activation.Forget(this);
    }

    private void OnDue()
    {
        lock (gate)
        {
            changed = false;
        }

        activation.TryEnqueue(new Tick(this));
    }

    private void Rearm()
    {
        lock (gate)
        {
            // Change was called since this tick was due: it has set the next one itself.
            if (!changed && !disposed.IsCancellationRequested)
            {
                timer.Change(period, Timeout.InfiniteTimeSpan);
            }

        }
    }

    private sealed class Tick(GrainTimer timer) : Turn
    {
        public override bool Interleaves => timer.options.Interleave;

        public override bool KeepsAlive => timer.options.KeepAlive;

        public override bool IsDropped => timer.disposed.IsCancellationRequested;

        public override async Task<Exception?> RunAsync(object instance)
        {
            Exception? error = null;
            try
            {
                if (!IsDropped)
                {
                    await timer.callback(timer.disposed.Token);
                }
            }
            catch (Exception e)
            {
                error = e;
                LogTickFailed(timer.activation.Silo.Logger, e, timer.activation.GrainId);
            }

            timer.Rearm();
            return error;
        }
    }
}
