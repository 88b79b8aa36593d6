using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Timers;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave);

    Task StartFailing();

    Task StartHolding();

    Task Change(TimeSpan due, TimeSpan period);

    Task Stop();

    Task Leave();

    Task Hold();

    Task Wait();

    [AlwaysInterleave]
    Task Nothing();
}

public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? timer;
    private int ticks;

    public Task Start(TimeSpan due, TimeSpan period, bool interleave)
    {
        timer = this.RegisterGrainTimer(Tick, "tick", new GrainTimerCreationOptions(due, period) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task StartFailing()
    {
        timer = this.RegisterGrainTimer(
            () =>
            {
                probe.Log($"tick {++ticks}");
                throw new InvalidDataException("tick failed");
            },
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
        return Task.CompletedTask;
    }

    public Task StartHolding()
    {
        timer = this.RegisterGrainTimer(
            async cancellation =>
            {
                using var seen = cancellation.Register(() => probe.Log("cancelled"));
                probe.Log("tick holds");
                await probe.Gate("tick");
                probe.Log("tick ends");
            },
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(10));
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task Hold()
    {
        probe.Log("hold");
        await probe.Gate("hold");
        probe.Log("held");
    }

    public Task Wait() => Task.CompletedTask;

    public Task Nothing() => Task.CompletedTask;

    private Task Tick(string name)
    {
        Assert.NotEqual(TaskScheduler.Default, TaskScheduler.Current);
        probe.Log($"{name} {++ticks}");
        return Task.CompletedTask;
    }
}

public sealed class GrainTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Timer_TicksWhenDueThenEveryPeriod()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.Start(2 * Second, 5 * Second, false);

        silo.Time.Advance(1.9 * Second);
        await grain.Change(0.1 * Second, 5 * Second);
        silo.Time.Advance(0.1 * Second);
        Assert.Equal("tick 1", await silo.Probe.Next());
        await AfterTurns(grain);
        silo.Time.Advance(4.9 * Second);
        await AfterTurns(grain);
        Assert.Empty(silo.Probe.Rest());
        silo.Time.Advance(0.1 * Second);

        Assert.Equal("tick 2", await silo.Probe.Next());
    }

    [Fact]
    public async Task Timer_WithoutPeriod_TicksOnce()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.Start(TimeSpan.Zero, Timeout.InfiniteTimeSpan, false);
        silo.Time.Advance(TimeSpan.Zero);

        Assert.Equal("tick 1", await silo.Probe.Next());
        await AfterTurns(grain);
        silo.Time.Advance(10 * Second);
        await AfterTurns(grain);

        Assert.Empty(silo.Probe.Rest());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tick_WhileACallAwaits_WaitsUnlessItInterleaves(bool interleave)
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.Start(Second, 5 * Second, interleave);
        var held = grain.Hold();
        Assert.Equal("hold", await silo.Probe.Next());
        silo.Time.Advance(Second);
        if (interleave)
        {
            Assert.Equal("tick 1", await silo.Probe.Next());
        }

        await grain.Nothing();
        silo.Probe.Open("hold");
        await held;
        await AfterTurns(grain);

        Assert.Equal(interleave ? ["held"] : ["held", "tick 1"], silo.Probe.Rest());
    }

    [Fact]
    public async Task Call_WhileATickAwaits_Waits()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.StartHolding();
        silo.Time.Advance(Second);
        Assert.Equal("tick holds", await silo.Probe.Next());
        silo.Probe.Open("hold");
        var call = grain.Hold();
        await grain.Nothing();
        Assert.Empty(silo.Probe.Rest());

        silo.Probe.Open("tick");
        await call;

        Assert.Equal(["tick ends", "hold", "held"], silo.Probe.Rest());
    }

    [Fact]
    public async Task FailedTick_DoesNotStopTheTimer()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.StartFailing();

        silo.Time.Advance(Second);
        Assert.Equal("tick 1", await silo.Probe.Next());
        await AfterTurns(grain);
        silo.Time.Advance(Second);

        Assert.Equal("tick 2", await silo.Probe.Next());
    }

    [Fact]
    public async Task DisposedTimer_TicksNoMoreAndCancelsItsCallback()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.StartHolding();
        silo.Time.Advance(Second);
        Assert.Equal("tick holds", await silo.Probe.Next());
        silo.Probe.Open("tick");
        Assert.Equal("tick ends", await silo.Probe.Next());

        await grain.Stop();
        silo.Time.Advance(100 * Second);
        await AfterTurns(grain);

        Assert.Empty(silo.Probe.Rest());
    }

    [Fact]
    public async Task Timers_EndWithTheirActivation()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITimerGrain>("a");
        await grain.Start(Second, Second, false);

        await grain.Leave();
        await AfterTurns(grain);
        silo.Time.Advance(100 * Second);
        await AfterTurns(grain);

        Assert.Empty(silo.Probe.Rest());
    }

    // A plain call runs after the turns that wait, so when it answers they have ended.
    private static Task AfterTurns(ITimerGrain grain) => grain.Wait();
}
