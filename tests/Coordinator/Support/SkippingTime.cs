namespace Distributed.Coordinator.Tests.Support;

/// <summary>The system's time, of which a test may skip a part. For a whole silo, whose own start and stop wait for time to pass.</summary>
internal sealed class SkippingTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly HashSet<SkippingTimer> timers = [];
    private TimeSpan skipped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (System.GetElapsedTime(0) + Skipped).Ticks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Skipped;

    private TimeSpan Skipped
    {
        get
        {
            lock (gate)
            {
                return skipped;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SkippingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Time that passes at once; what was due in it fires now.</summary>
    public void Skip(TimeSpan by)
    {
        lock (gate)
        {
            var before = GetTimestamp();
            skipped += by;
            foreach (var timer in timers)
            {
                timer.Rearm(before);
            }
        }
    }

    private sealed class SkippingTimer(SkippingTime time, TimerCallback callback, object? state) : ITimer
    {
        private readonly ITimer inner = System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        private long? due;
        private TimeSpan period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                this.period = period;
                due = dueTime < TimeSpan.Zero ? null : time.GetTimestamp() + dueTime.Ticks;
                _ = due is null ? time.timers.Remove(this) : time.timers.Add(this);
                return inner.Change(dueTime, period);
            }
        }

        // One that was due before the skip has fired; a periodic one fires once for the whole of it.
        public void Rearm(long before)
        {
            if (due > before || period > TimeSpan.Zero)
            {
                var left = TimeSpan.FromTicks(due!.Value - time.GetTimestamp());
                inner.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, period);
            }
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
            }

            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
