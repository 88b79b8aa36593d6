using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Turns;

public interface ITurnGrain : IGrainWithStringKey
{
    Task<int> Count();

    Task Append(int value);

    ValueTask<string> Appended();

    Task Hold(string gate);

    Task Boom();

    [AlwaysInterleave]
    Task<string> Peek();

    [ReadOnly]
    Task Read(string gate);

    Task<string> CallItself();

    Task<bool> ComesBack();

    Task<int> ParallelChildren();

    Task<string?> Ambient();
}

public sealed class TurnGrain(Probe probe) : Grain, ITurnGrain
{
    private readonly List<int> values = [];
    private int inside;
    private int count;

    public async Task<int> Count()
    {
        Assert.Equal(1, Interlocked.Increment(ref inside));
        var before = count;
        await Task.Yield();
        await Task.Run(() => { });
        count = before + 1;
        Assert.Equal(0, Interlocked.Decrement(ref inside));
        return count;
    }

    public Task Append(int value)
    {
        values.Add(value);
        return Task.CompletedTask;
    }

    public ValueTask<string> Appended() => ValueTask.FromResult(string.Join(",", values));

    public async Task Hold(string gate)
    {
        probe.Log($"hold {gate}");
        await probe.Gate(gate);
        probe.Log($"held {gate}");
    }

    public Task Boom() => throw new InvalidDataException("boom");

    public Task<string> Peek() => Task.FromResult("peeked");

    public Task Read(string gate) => Hold(gate);

    public Task<string> CallItself() => this.AsReference<ITurnGrain>().Appended().AsTask();

    public async Task<bool> ComesBack()
    {
        var scheduler = TaskScheduler.Current;
        await Task.Yield();
        var afterYield = TaskScheduler.Current == scheduler;
        await Task.Run(() => { });
        return scheduler != TaskScheduler.Default && afterYield && TaskScheduler.Current == scheduler;
    }

    // Many continuations of one turn: they interleave, but never run at the same time.
    public async Task<int> ParallelChildren()
    {
        var total = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                total++;
                Assert.Equal(0, Interlocked.Decrement(ref inside));
                await Task.Yield();
            }
        }));
        return total;
    }

    public Task<string?> Ambient() => Task.FromResult($"{TurnTests.Local.Value ?? "none"} {RequestContext.Get("request")}")!;
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Hold(string gate);
}

[Reentrant]
public sealed class ReentrantGrain(Probe probe) : Grain, IReentrantGrain
{
    public Task Hold(string gate)
    {
        probe.Log(gate);
        return probe.Gate(gate);
    }
}

public sealed class TurnTests
{
    internal static readonly AsyncLocal<string?> Local = new();

    [Fact]
    public async Task Calls_FromManyThreads_RunOneAtATime()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                await grain.Count();
            }
        })));

        Assert.Equal(2001, await grain.Count());
    }

    [Fact]
    public async Task Calls_OfOneCaller_RunInTheirOrder()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");

        await Task.WhenAll(Enumerable.Range(0, 300).Select(grain.Append));

        Assert.Equal(string.Join(",", Enumerable.Range(0, 300)), await grain.Appended());
    }

    [Fact]
    public async Task Call_WhileATurnAwaits_BeginsAfterIt()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        var first = grain.Hold("1");
        var second = grain.Hold("2");

        Assert.Equal("hold 1", await silo.Probe.Next());
        Assert.Empty(silo.Probe.Rest());
        silo.Probe.Open("2");
        silo.Probe.Open("1");
        await Task.WhenAll(first, second);

        Assert.Equal(["held 1", "hold 2", "held 2"], silo.Probe.Rest());
    }

    [Fact]
    public async Task AlwaysInterleave_WhileATurnAwaits_RunsAtOnce()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        var held = grain.Hold("1");

        Assert.Equal("peeked", await grain.Peek());

        Assert.False(held.IsCompleted);
        silo.Probe.Open("1");
        await held;
    }

    [Fact]
    public async Task ReadOnly_Calls_InterleaveWithOneAnotherOnly()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        Task[] calls = [grain.Read("1"), grain.Read("2"), grain.Hold("3")];

        Assert.Equal("hold 1", await silo.Probe.Next());
        Assert.Equal("hold 2", await silo.Probe.Next());
        silo.Probe.Open("1");
        Assert.Equal("held 1", await silo.Probe.Next());
        Assert.Empty(silo.Probe.Rest());
        silo.Probe.Open("2");
        silo.Probe.Open("3");
        await Task.WhenAll(calls);

        Assert.Equal(["held 2", "hold 3", "held 3"], silo.Probe.Rest());
    }

    [Fact]
    public async Task Reentrant_Grain_InterleavesItsCalls()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<IReentrantGrain>("a");
        Task[] calls = [grain.Hold("1"), grain.Hold("2")];

        Assert.Equal("1", await silo.Probe.Next());
        Assert.Equal("2", await silo.Probe.Next());
        silo.Probe.Open("1");
        silo.Probe.Open("2");
        await Task.WhenAll(calls);
    }

    [Fact]
    public async Task Exception_InATurn_ReachesTheCallerAndTheGrainGoesOn()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        await grain.Append(1);

        var error = await Assert.ThrowsAsync<InvalidDataException>(grain.Boom);

        Assert.Equal("boom", error.Message);
        Assert.Equal("1", await grain.Appended());
    }

    [Fact]
    public async Task Continuation_AfterAwait_ComesBackToTheActivation()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.True(await silo.Grain<ITurnGrain>("a").ComesBack());
    }

    [Fact]
    public async Task Continuations_OfOneTurn_NeverRunInParallel()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Equal(1000, await silo.Grain<ITurnGrain>("a").ParallelChildren());
    }

    [Fact]
    public async Task Caller_Continuation_RunsOutsideTheGrainsTurn()
    {
        await using var silo = await TestSilo.StartAsync();

        var after = await Task.Run(async () =>
        {
            await silo.Grain<ITurnGrain>("a").Append(1);
            return TaskScheduler.Current;
        });

        Assert.Equal(TaskScheduler.Default, after);
    }

    [Fact]
    public async Task AsyncLocal_OfTheCaller_StaysOutsideAndRequestContextGoesIn()
    {
        await using var silo = await TestSilo.StartAsync();
        Local.Value = "leak";
        RequestContext.Set("request", "r1");

        Assert.Equal("none r1", await silo.Grain<ITurnGrain>("a").Ambient());

        RequestContext.Clear();
        Assert.Equal("none ", await silo.Grain<ITurnGrain>("a").Ambient());
    }
}
