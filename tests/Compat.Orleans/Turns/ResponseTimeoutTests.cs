using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Turns;

public sealed class ResponseTimeoutTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Call_WithoutAnswerInTime_TimesOutWhileItsTurnGoesOn()
    {
        await using var silo = await Start();
        var call = silo.Grain<ITurnGrain>("a").Hold("1");
        Assert.Equal("hold 1", await silo.Probe.Next());

        silo.Time.Advance(Timeout - TimeSpan.FromTicks(1));
        Assert.False(call.IsCompleted);
        silo.Time.Advance(TimeSpan.FromTicks(1));
        var error = await Assert.ThrowsAsync<TimeoutException>(() => call);

        Assert.Contains("Response did not arrive on time", error.Message, StringComparison.Ordinal);
        silo.Probe.Open("1");
        Assert.Equal("held 1", await silo.Probe.Next());
    }

    [Fact]
    public async Task QueuedCall_WhoseCallerGaveUp_IsNotBegun()
    {
        await using var silo = await Start();
        var grain = silo.Grain<ITurnGrain>("a");
        Task[] calls = [grain.Hold("1"), grain.Append(7)];
        Assert.Equal("hold 1", await silo.Probe.Next());

        silo.Time.Advance(Timeout);
        await Assert.ThrowsAsync<TimeoutException>(() => calls[0]);
        await Assert.ThrowsAsync<TimeoutException>(() => calls[1]);
        silo.Probe.Open("1");

        Assert.Equal("", await grain.Appended());
    }

    [Fact]
    public async Task Call_OfAGrainToItself_TimesOut()
    {
        await using var silo = await Start();
        var call = silo.Grain<ITurnGrain>("a").CallItself();
        Assert.Equal("peeked", await silo.Grain<ITurnGrain>("a").Peek());

        silo.Time.Advance(Timeout);

        await Assert.ThrowsAsync<TimeoutException>(() => call);
    }

    private static Task<TestSilo> Start()
        => TestSilo.StartAsync(silo => silo.Configure<SiloMessagingOptions>(x => x.ResponseTimeout = Timeout));
}
