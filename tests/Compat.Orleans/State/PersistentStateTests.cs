using Distributed.Compat.Orleans.Tests.Fixtures;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.State;

[GenerateSerializer, Immutable, Alias("tests.tally")]
public sealed record Tally([property: Id(0)] int Count, [property: Id(1)] string? Note);

[GenerateSerializer, Immutable, Alias("tests.stored")]
public sealed record Stored([property: Id(0)] Tally? Tally, [property: Id(1)] string? Etag, [property: Id(2)] bool Exists);

public interface ITallyGrain : IGrainWithStringKey
{
    Task<Stored> Get();

    Task Set(int count);

    Task Clear();

    Task Reread();

    Task SetThrough(string other, int count);

    Task<string?> Outside();

    Task<int> Activations();
}

public sealed class TallyGrain(
    Probe probe,
    [PersistentState("tally", "store")] IPersistentState<Tally> tally,
    [PersistentState("second", "store")] IPersistentState<Tally> second) : Grain, ITallyGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Values.AddOrUpdate(this.GetPrimaryKeyString(), 1, (_, old) => (int)old! + 1);
        Assert.Equal(second.State.Count, second.RecordExists ? -1 : 0);
        return Task.CompletedTask;
    }

    public Task<Stored> Get() => Task.FromResult(new Stored(tally.State, tally.Etag, tally.RecordExists));

    public Task Set(int count)
    {
        tally.State = new Tally(count, "set");
        return tally.WriteStateAsync();
    }

    public Task Clear() => tally.ClearStateAsync();

    public Task Reread() => tally.ReadStateAsync();

    public Task SetThrough(string other, int count) => GrainFactory.GetGrain<ITallyGrain>(other).Set(count);

    public async Task<string?> Outside()
        => await Task.Run(() => Record.Exception(() => tally.State.Note)?.GetType().Name);

    public Task<int> Activations() => Task.FromResult((int)probe.Values[this.GetPrimaryKeyString()]!);
}

public interface ILostGrain : IGrainWithStringKey
{
    Task Touch();
}

public sealed class LostGrain([PersistentState("s", "nowhere")] IPersistentState<Tally> state) : Grain, ILostGrain
{
    public Task Touch() => state.WriteStateAsync();
}

public sealed class PersistentStateTests
{
    [Fact]
    public async Task State_NeverWritten_IsEmpty()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Equal(new Stored(new Tally(0, null), null, false), await silo.Grain<ITallyGrain>("a").Get());
    }

    [Fact]
    public async Task State_Written_IsThereForTheNextSilo()
    {
        var storage = new MemoryStorage();
        await using (var first = await TestSilo.StartAsync(storage: storage))
        {
            await first.Grain<ITallyGrain>("a").Set(3);
        }

        await using var silo = await TestSilo.StartAsync(storage: storage);

        Assert.Equal(new Stored(new Tally(3, "set"), "1", true), await silo.Grain<ITallyGrain>("a").Get());
        Assert.Equal(new Stored(new Tally(0, null), null, false), await silo.Grain<ITallyGrain>("b").Get());
    }

    [Fact]
    public async Task State_IsReadOnceBeforeActivation()
    {
        await using var silo = await TestSilo.StartAsync();

        await silo.Grain<ITallyGrain>("a").Get();
        await silo.Grain<ITallyGrain>("a").Get();

        Assert.Equal(2, silo.Storage.Reads);
    }

    [Fact]
    public async Task ClearState_RemovesTheRecord()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITallyGrain>("a");
        await grain.Set(3);

        await grain.Clear();

        var stored = await grain.Get();
        Assert.Equal((null, false), (stored.Etag, stored.Exists));
        await grain.Set(4);
    }

    [Fact]
    public async Task Conflict_ThrowsAndTheNextActivationReadsTheOtherWritersState()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITallyGrain>("a");
        await grain.Set(3);
        silo.Storage.Overwrite("tally", grain.GetGrainId(), new Tally(9, "other"));

        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Set(4));

        Assert.Equal(("2", "1"), (error.StoredEtag, error.CurrentEtag));
        Assert.Equal(new Stored(new Tally(9, "other"), "2", true), await grain.Get());
        Assert.Equal(2, await grain.Activations());
    }

    [Fact]
    public async Task Conflict_InAnotherGrain_LeavesTheCallerActive()
    {
        await using var silo = await TestSilo.StartAsync();
        var (caller, callee) = (silo.Grain<ITallyGrain>("caller"), silo.Grain<ITallyGrain>("callee"));
        await callee.Set(3);
        silo.Storage.Overwrite("tally", callee.GetGrainId(), new Tally(9, "other"));

        await Assert.ThrowsAsync<InconsistentStateException>(() => caller.SetThrough("callee", 4));

        Assert.Equal(1, await caller.Activations());
        Assert.Equal(2, await callee.Activations());
    }

    [Fact]
    public async Task Reread_TakesTheOtherWritersState()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITallyGrain>("a");
        await grain.Set(3);
        silo.Storage.Overwrite("tally", grain.GetGrainId(), new Tally(9, "other"));

        await grain.Reread();

        Assert.Equal(9, (await grain.Get()).Tally!.Count);
        await grain.Set(10);
    }

    [Fact]
    public async Task StorageFailure_ReachesTheCallerAndTheActivationStays()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITallyGrain>("a");
        await grain.Get();
        silo.Storage.NextFailure = new IOException("disk full");

        var error = await Record.ExceptionAsync(() => grain.Set(4));

        Assert.Contains("disk full", error!.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await grain.Activations());
    }

    [Fact]
    public async Task StorageFailure_OnActivation_FailsTheCallAndTheNextOneTriesAgain()
    {
        await using var silo = await TestSilo.StartAsync();
        silo.Storage.NextFailure = new IOException("disk gone");

        await Assert.ThrowsAnyAsync<Exception>(silo.Grain<ITallyGrain>("a").Get);

        Assert.Equal(0, (await silo.Grain<ITallyGrain>("a").Get()).Tally!.Count);
    }

    [Fact]
    public async Task Storage_ThatIsNotRegistered_IsNamed()
    {
        await using var silo = await TestSilo.StartAsync();

        var error = await Assert.ThrowsAnyAsync<Exception>(silo.Grain<ILostGrain>("a").Touch);

        Assert.Contains("nowhere", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task State_OutsideATurn_IsRefused()
    {
        await using var silo = await TestSilo.StartAsync();

        Assert.Equal(nameof(InvalidOperationException), await silo.Grain<ITallyGrain>("a").Outside());
    }
}
