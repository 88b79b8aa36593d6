using Distributed.Compat.Orleans.Tests.Fixtures;
using Distributed.Compat.Orleans.Tests.Turns;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Activations;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<int> Activation();

    Task<int> Leave();

    Task<int> Hold();

    Task Stay(TimeSpan time);

    Task Tick(bool keepAlive);
}

public sealed class LifeGrain(Probe probe) : Grain, ILifeGrain, IDisposable
{
    private int activation;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        activation = (int)probe.Values.AddOrUpdate("activations", 1, (_, old) => (int)old! + 1)!;
        probe.Log($"activate {activation}");
        if (probe.Values.TryRemove("fail", out _))
        {
            throw new InvalidDataException("no luck");
        }

        if (probe.Values.ContainsKey("leave at once"))
        {
            DeactivateOnIdle();
        }

        await Task.Yield();
        probe.Log("activated");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Log($"deactivate {reason.ReasonCode}");
        if (probe.Values.ContainsKey("slow end"))
        {
            await probe.Gate("end");
        }
    }

    public Task<int> Activation() => Task.FromResult(activation);

    public Task<int> Leave()
    {
        DeactivateOnIdle();
        return Activation();
    }

    public async Task<int> Hold()
    {
        probe.Log("holding");
        await probe.Gate("hold");
        return activation;
    }

    public Task Stay(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task Tick(bool keepAlive)
    {
        var options = new GrainTimerCreationOptions(TimeSpan.FromMinutes(9), Timeout.InfiniteTimeSpan) { KeepAlive = keepAlive };
        this.RegisterGrainTimer(() => Log("tick"), options);
        return Task.CompletedTask;
    }

    public void Dispose() => probe.Log("disposed");

    private Task Log(string what)
    {
        probe.Log(what);
        return Task.CompletedTask;
    }
}

public sealed class ActivationTests
{
    [Fact]
    public async Task FirstCalls_Together_ActivateOnceBeforeAnyTurn()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ILifeGrain>("a");

        var activations = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(grain.Activation)));

        Assert.All(activations, x => Assert.Equal(1, x));
        Assert.Equal(["activate 1", "activated"], silo.Probe.Rest());
    }

    [Fact]
    public async Task FailedActivation_FailsItsCallsAndTheNextCallTriesAgain()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Probe.Values["fail"] = true;
        var grain = silo.Grain<ILifeGrain>("a");

        var error = await Assert.ThrowsAsync<InvalidDataException>(grain.Activation);

        Assert.Equal("no luck", error.Message);
        Assert.Equal(2, await grain.Activation());
        Assert.Equal(["activate 1", "disposed", "activate 2", "activated"], silo.Probe.Rest());
    }

    [Fact]
    public async Task DeactivateOnIdle_EndsTheActivationAfterTheCall()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ILifeGrain>("a");

        Assert.Equal(1, await grain.Leave());
        Assert.Equal(2, await grain.Activation());

        Assert.Equal(
            ["activate 1", "activated", "deactivate ApplicationRequested", "disposed", "activate 2", "activated"], silo.Probe.Rest());
    }

    [Fact]
    public async Task Calls_ToADeactivatingGrain_WaitForTheNextActivation()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Probe.Values["slow end"] = true;
        var grain = silo.Grain<ILifeGrain>("a");
        await grain.Leave();
        Task<int>[] calls = [grain.Activation(), grain.Activation()];
        await Until(silo.Probe, "deactivate ApplicationRequested");
        Assert.All(calls, call => Assert.False(call.IsCompleted));

        silo.Probe.Open("end");

        Assert.All(await Task.WhenAll(calls), x => Assert.Equal(2, x));
    }

    [Fact]
    public async Task GrainThatNeverStays_RefusesItsCalls()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Probe.Values["leave at once"] = true;

        await Assert.ThrowsAnyAsync<OrleansException>(silo.Grain<ILifeGrain>("a").Activation);
    }

    [Fact]
    public async Task IdleActivation_IsCollectedAfterItsAge()
    {
        await using var silo = await Idle();
        var grain = silo.Grain<ILifeGrain>("a");
        await grain.Activation();

        silo.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(1, await grain.Activation());
        silo.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(1, await grain.Activation());
        silo.Time.Advance(TimeSpan.FromMinutes(11));
        await Until(silo.Probe, "deactivate ActivationIdle");

        Assert.Equal(2, await grain.Activation());
    }

    [Fact]
    public async Task RunningTurn_KeepsItsActivation()
    {
        await using var silo = await Idle();
        var grain = silo.Grain<ILifeGrain>("a");
        var held = grain.Hold();
        await Until(silo.Probe, "holding");

        silo.Time.Advance(TimeSpan.FromMinutes(30));
        silo.Probe.Open("hold");

        Assert.Equal(1, await held);
        Assert.Equal(1, await grain.Activation());
    }

    [Fact]
    public async Task DelayDeactivation_KeepsAnIdleActivation()
    {
        await using var silo = await Idle();
        var grain = silo.Grain<ILifeGrain>("a");
        await grain.Stay(TimeSpan.FromMinutes(25));

        silo.Time.Advance(TimeSpan.FromMinutes(24));
        Assert.Equal(["activate 1", "activated"], silo.Probe.Rest());
        silo.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("deactivate ActivationIdle", await silo.Probe.Next());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TimerTicks_KeepTheActivationOnlyWhenToldTo(bool keepAlive)
    {
        await using var silo = await Idle();
        await silo.Grain<ILifeGrain>("a").Tick(keepAlive);
        silo.Time.Advance(TimeSpan.FromMinutes(9));
        await Until(silo.Probe, "tick");

        // The tick's turn ends by itself: a round trip through another grain per step gives it the time.
        while (silo.Time.GetUtcNow() < DateTimeOffset.UnixEpoch.AddMinutes(18))
        {
            silo.Time.Advance(TimeSpan.FromMinutes(0.5));
            await silo.Grain<ITurnGrain>("other").Peek();
        }

        if (keepAlive)
        {
            silo.Probe.Log("18 minutes");
        }

        Assert.Equal(keepAlive ? "18 minutes" : "deactivate ActivationIdle", await silo.Probe.Next());
    }

    private static Task<TestSilo> Idle() => TestSilo.StartAsync(silo => silo
        .Configure<SiloMessagingOptions>(x => x.ResponseTimeout = TimeSpan.FromHours(1))
        .Configure<GrainCollectionOptions>(x =>
        {
            x.CollectionAge = TimeSpan.FromMinutes(10);
            x.CollectionQuantum = TimeSpan.FromSeconds(30);
        }));

    private static async Task Until(Probe probe, string what)
    {
        while (await probe.Next() != what)
        {
        }
    }
}
