using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Distributed.Coordinator.Tests.Storage;

public sealed class FileGrainStorageTests : IDisposable
{
    private static readonly GrainId Grain = GrainId.Create("run", "mnist-1");
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_Nothing_LeavesStateAndSaysSo()
    {
        var state = new GrainState<Plan>(new Plan(0, [], 0));
        await new Stores(folder.Path).State.ReadStateAsync("plan", Grain, state);
        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
    }

    [Fact]
    public async Task Write_ThenReadAfterRestart_GivesTheSame()
    {
        var written = new GrainState<Plan>(new Plan(3, [1, 2, 5], double.NaN));
        await new Stores(folder.Path).State.WriteStateAsync("plan", Grain, written);

        var read = new GrainState<Plan>();
        await new Stores(folder.Path).State.ReadStateAsync("plan", Grain, read);
        Assert.True(read.RecordExists);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal((3, double.NaN), (read.State!.Round, read.State.Loss));
        Assert.Equal([1, 2, 5], read.State.Cohort.ToArray());
        Assert.Equal(["state/run/mnist-1--plan.json"], folder.Files());
    }

    [Fact]
    public async Task Write_StaleETag_LosesAndChangesNothing()
    {
        var stores = new Stores(folder.Path);
        var (first, second) = (new GrainState<Plan>(new Plan(1, [], 0)), new GrainState<Plan>(new Plan(2, [], 0)));
        await stores.State.WriteStateAsync("plan", Grain, first);
        var error = await Assert.ThrowsAsync<InconsistentStateException>(() => stores.State.WriteStateAsync("plan", Grain, second));
        Assert.Equal(first.ETag, error.StoredEtag);

        await stores.State.ReadStateAsync("plan", Grain, second);
        Assert.Equal(1, second.State!.Round);
        await stores.State.WriteStateAsync("plan", Grain, second);
        await Assert.ThrowsAsync<InconsistentStateException>(() => stores.State.WriteStateAsync("plan", Grain, first));
        await Assert.ThrowsAsync<InconsistentStateException>(() => stores.State.ClearStateAsync("plan", Grain, first));
    }

    [Fact]
    public async Task Clear_ThenWriteWithOldETag_Loses()
    {
        var stores = new Stores(folder.Path);
        var state = new GrainState<Plan>(new Plan(1, [], 0));
        await stores.State.WriteStateAsync("plan", Grain, state);
        var old = state.ETag;
        await stores.State.ClearStateAsync("plan", Grain, state);
        Assert.False(state.RecordExists);
        Assert.Empty(folder.Files());
        state.ETag = old;
        await Assert.ThrowsAsync<InconsistentStateException>(() => stores.State.WriteStateAsync("plan", Grain, state));
    }

    [Fact]
    public async Task Read_Damaged_ErrorNamesTheFile()
    {
        var stores = new Stores(folder.Path);
        var state = new GrainState<Plan>(new Plan(1, [], 0));
        await stores.State.WriteStateAsync("plan", Grain, state);
        var path = folder.Single("*.json");
        var good = await File.ReadAllBytesAsync(path);
        foreach (var damage in new[] { good[..^5], [.. good[..^3], (byte)'9', .. good[^2..]], [], [.. good.Skip(4)] })
        {
            await File.WriteAllBytesAsync(path, damage);
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => stores.State.ReadStateAsync("plan", Grain, state));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Write_DiskFull_OldStateStays()
    {
        var state = new GrainState<Plan>(new Plan(1, [], 0));
        await new Stores(folder.Path).State.WriteStateAsync("plan", Grain, state);
        state.State = new Plan(2, [], 0);
        await Assert.ThrowsAsync<IOException>(() => new Stores(folder.Path, "StateBeforeWrite:disk-full").State.WriteStateAsync("plan", Grain, state));
        await new Stores(folder.Path).State.ReadStateAsync("plan", Grain, state);
        Assert.Equal(1, state.State.Round);
        Assert.Single(folder.Files());
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("UPPER and spaces\n")]
    [InlineData("grün")]
    public async Task Write_AnyKey_StaysInsideTheFolder(string key)
    {
        var stores = new Stores(folder.Path);
        var state = new GrainState<Plan>(new Plan(1, [], 0));
        await stores.State.WriteStateAsync("plan", GrainId.Create("run", key), state);
        Assert.StartsWith("state/run/", Assert.Single(folder.Files()), StringComparison.Ordinal);
        Assert.NotEqual(StateFile.SafeName(key), StateFile.SafeName(key + "x"));
        Assert.True(StateFile.SafeName(new string('/', 300)).Length <= 200);
    }

    [Fact]
    public async Task Write_NotDurableState_NeverSyncs()
    {
        var stores = new Stores(folder.Path);
        await stores.State.WriteStateAsync("plan", Grain, new GrainState<Volatile>(new Volatile(1)));
        Assert.Equal(0, stores.Meter.Fsyncs(""));
        await stores.State.WriteStateAsync("other", Grain, new GrainState<Plan>(new Plan(1, [], 0)));
        Assert.Equal(2, stores.Meter.Fsyncs(""));
    }

    public sealed record Plan(int Round, ImmutableArray<int> Cohort, double Loss);

    public sealed record Volatile(int Round) : IStateDurability
    {
        public bool Durable => false;
    }
}
