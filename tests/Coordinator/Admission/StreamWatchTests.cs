using Distributed.Coordinator.Admission;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Coordinator.Tests.Admission;

public sealed class StreamWatchTests
{
    private static readonly StreamLimits Limits = new(TimeSpan.FromSeconds(20), 1024);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task Wait_NothingComes_EndsWithinThirtySeconds()
    {
        using var watch = new StreamWatch(Limits, time, CancellationToken.None);
        var waiting = watch.WaitAsync(Never(watch.Token));
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.Null(watch.Expired);
        time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(RefusalCode.TransferIdle, watch.Expired!.Code);
    }

    [Fact]
    public async Task Wait_SlowButSteady_GoesOn()
    {
        using var watch = new StreamWatch(Limits, time, CancellationToken.None);
        for (var i = 0; i < 20; i++)
        {
            await PassAsync(watch, TimeSpan.FromSeconds(15));
            Assert.Null(watch.Moved(64 * 1024));
        }
    }

    [Fact]
    public async Task Moved_Trickle_EndsWithinThirtySeconds()
    {
        using var watch = new StreamWatch(Limits, time, CancellationToken.None);
        Refusal? refusal = null;
        var seconds = 0;
        for (; refusal is null && seconds < 100; seconds += 5)
        {
            await PassAsync(watch, TimeSpan.FromSeconds(5));
            refusal = watch.Moved(64);
        }

        Assert.Equal(RefusalCode.TransferIdle, refusal!.Code);
        Assert.InRange(seconds, 0, 30);
    }

    [Fact]
    public async Task Wait_OurOwnWork_DoesNotCount()
    {
        using var watch = new StreamWatch(Limits, time, CancellationToken.None);
        await watch.WaitAsync(Task.FromResult(true));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(watch.Moved(1));
        Assert.False(watch.Token.IsCancellationRequested);
    }

    [Fact]
    public void Dispose_StopsTheTimer()
    {
        var watch = new StreamWatch(Limits, time, CancellationToken.None);
        _ = watch.WaitAsync(new TaskCompletionSource<bool>().Task);
        watch.Dispose();
        time.Advance(2 * Limits.IdleLimit);
        Assert.Null(watch.Expired);
    }

    private async Task PassAsync(StreamWatch watch, TimeSpan delay)
    {
        var frame = new TaskCompletionSource<bool>();
        var waiting = watch.WaitAsync(frame.Task);
        time.Advance(delay);
        frame.SetResult(true);
        await waiting;
    }

    private static async Task<bool> Never(CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return true;
    }
}
