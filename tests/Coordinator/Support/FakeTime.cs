namespace Distributed.Coordinator.Tests.Support;

/// <summary>Time that passes when a test says so; timers fire inside <see cref="Advance"/>, in order.</summary>
internal sealed class FakeTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<FakeTimer> timers = [];
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var until = GetTimestamp() + by.Ticks;
        while (Next(until) is { } timer)
        {
            timer.Fire();
        }

        Interlocked.Exchange(ref now, until);
    }

    /// <summary>Timers that are waiting.</summary>
    public int Timers
    {
        get
        {
            lock (gate)
            {
                return timers.Count;
            }
        }
    }

    private FakeTimer? Next(long until)
    {
        lock (gate)
        {
            var next = timers.Where(x => x.Due <= until).MinBy(x => x.Due);
            if (next is not null)
            {
                Interlocked.Exchange(ref now, Math.Max(now, next.Due!.Value));
                next.Due = next.Period > TimeSpan.Zero ? next.Due + next.Period.Ticks : null;
            }

            return next;
        }
    }

    private sealed class FakeTimer(FakeTime time, Action fire) : ITimer
    {
        public long? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                time.timers.Add(this);
                (Due, Period) = (dueTime < TimeSpan.Zero ? null : time.now + dueTime.Ticks, period);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
