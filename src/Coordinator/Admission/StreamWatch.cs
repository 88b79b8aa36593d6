using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Admission;

/// <summary>
/// Ends a stream whose other side does nothing, or next to nothing: gRPC over Kestrel has no such limit for streaming calls. Only time spent waiting for the
/// other side counts, never our own work.
/// </summary>
internal sealed class StreamWatch : IDisposable
{
    private readonly StreamLimits limits;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource source;
    private readonly ITimer timer;
    private long waitingSince = NotWaiting;
    private TimeSpan waited;
    private long bytes;

    private const long NotWaiting = -1;

    /// <summary>Watches a stream until disposed.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="call">The call's own cancellation.</param>
    public StreamWatch(StreamLimits limits, TimeProvider time, CancellationToken call)
    {
        (this.limits, this.time) = (limits, time);
        source = CancellationTokenSource.CreateLinkedTokenSource(call);
        var period = limits.IdleLimit / 4;
        timer = time.CreateTimer(_ => Check(), null, period, period);
    }

    /// <summary>Cancelled when the stream is idle, and with the call.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>Why the stream was ended; null when it was not.</summary>
    public Refusal? Expired { get; private set; }

    /// <summary>Waits for the other side. When the limit passes meanwhile, the task is cancelled through <see cref="Token"/>.</summary>
    public async Task<T> WaitAsync<T>(Task<T> otherSide)
    {
        if (otherSide.IsCompleted)
        {
            return await otherSide;
        }

        var since = time.GetTimestamp();
        Volatile.Write(ref waitingSince, since);
        try
        {
            return await otherSide;
        }
        finally
        {
            Volatile.Write(ref waitingSince, NotWaiting);
            waited += time.GetElapsedTime(since);
        }
    }

    /// <summary>Counts what came or went; the refusal when it was too little for the time it took.</summary>
    public Refusal? Moved(int count)
    {
        bytes += count;
        if (waited < limits.IdleLimit)
        {
            return null;
        }

        var slow = bytes < limits.MinimumBytesPerSecond * waited.TotalSeconds;
        var text = $"Only {bytes} bytes came in {waited.TotalSeconds:F0} s; at least {limits.MinimumBytesPerSecond} bytes a second are expected.";
        (waited, bytes) = (TimeSpan.Zero, 0);
        return slow ? Expired = new Refusal(RefusalCode.TransferIdle, text) : null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        timer.Dispose();
        source.Dispose();
    }

    private void Check()
    {
        var since = Volatile.Read(ref waitingSince);
        if (since == NotWaiting || time.GetElapsedTime(since) < limits.IdleLimit)
        {
            return;
        }

        Expired ??= new Refusal(RefusalCode.TransferIdle, $"Nothing moved for {limits.IdleLimit.TotalSeconds:F0} s; what was received is kept.");
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended in the same moment.
        }
    }
}
