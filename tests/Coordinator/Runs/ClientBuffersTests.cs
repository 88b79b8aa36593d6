using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Rounds;
using Distributed.Coordinator.Tests.Support;

namespace Distributed.Coordinator.Tests.Runs;

/// <summary>What clients keep for themselves, from version to version.</summary>
public sealed class ClientBuffersTests : IDisposable
{
    private static readonly TensorManifest Manifest = new(
    [
        new TensorEntry("w", TensorDType.F32, [3]),
        new TensorEntry("norm.running_mean", TensorDType.F32, [2], isBuffer: true),
        new TensorEntry("norm.num_batches_tracked", TensorDType.I64, [], isBuffer: true),
    ]);

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Write_SomeClientsARound_OthersKeepTheirs()
    {
        var run = Folder();
        await WriteAsync(run, 0, (1, 10, 5), (4, 40, 5));
        await WriteAsync(run, 1, (1, 11, 5), (2, 20, 5));

        Assert.Equal([1, 4], ClientBuffers.Clients(run, 1).Order());
        Assert.Equal([1, 2, 4], ClientBuffers.Clients(run, 2).Order());
        Assert.Equal((11f, 11L), Of(run, 2, 1));
        Assert.Equal((20f, 20L), Of(run, 2, 2));
        Assert.Equal((40f, 40L), Of(run, 2, 4));
        Assert.Equal((10f, 10L), Of(run, 1, 1));
        Assert.Null(ClientBuffers.Read(run, 2, 3));
        Assert.Null(ClientBuffers.Read(run, 9, 1));
    }

    [Fact]
    public async Task Write_OfARoundThatIsDoneAgain_TakesThePlaceOfTheFirst()
    {
        var run = Folder();
        await WriteAsync(run, 0, (1, 10, 5));
        await WriteAsync(run, 1, (1, 66, 5));
        await WriteAsync(run, 1, (1, 12, 5));

        Assert.Equal((12f, 12L), Of(run, 2, 1));
    }

    [Fact]
    public async Task Write_WeightZero_CountsForNothing()
    {
        var run = Folder();
        await WriteAsync(run, 0, (1, 10, 5), (2, 20, 0));

        Assert.Equal([1], ClientBuffers.Clients(run, 1));
    }

    [Fact]
    public async Task Prune_RemovesWhatNoVersionNeeds()
    {
        var run = Folder();
        await WriteAsync(run, 0, (1, 10, 5));
        await WriteAsync(run, 1, (1, 11, 5));
        run.PruneAggregatorStates(2);

        Assert.Empty(ClientBuffers.Clients(run, 1));
        Assert.Single(ClientBuffers.Clients(run, 2));
    }

    [Fact]
    public void Write_ModelWithoutBuffers_WritesNothing()
    {
        var run = Folder();
        var plain = new TensorManifest([new TensorEntry("w", TensorDType.F32, [3])]);
        ClientBuffers.Write(run, 0, plain, [Models.Update([1], 1)], new Stores(folder.Path).Spool, durable: false);

        Assert.Empty(ClientBuffers.Clients(run, 1));
    }

    [Fact]
    public void Machine_ClientThatCounted_GoesOnFromItsOwn()
    {
        var script = new MachineScript(MachineScript.Setup(quorum: 2) with { KeepsBuffers = true }).Opened();
        Assert.All(script.Of<RoundEffect.Assign>(), assign => Assert.False(assign.OwnBuffers));

        script.Arrive(0).Arrive(2).Deadline().Aggregate().Commit();

        var own = script.Of<RoundEffect.Assign>().Where(assign => assign.OwnBuffers).Select(assign => assign.Task.Index);
        Assert.Equal([0, 2], own.Order());
        Assert.Equal(4, script.Of<RoundEffect.Assign>().Count);
    }

    private RunFolder Folder()
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "runs", "run-a"));
        return new RunFolder(Path.Combine(folder.Path, "runs"), "run-a");
    }

    private async Task WriteAsync(RunFolder run, long baseVersion, params (int Client, float Value, double Weight)[] clients)
    {
        var stores = new Stores(folder.Path);
        var updates = new List<SpooledUpdate>();
        foreach (var (client, value, weight) in clients)
        {
            var set = new TensorSet(Manifest);
            set.Values<float>("norm.running_mean").Fill(value);
            set.Values<long>("norm.num_batches_tracked")[0] = (long)value;
            var bytes = Models.Bytes(set);
            updates.Add((await stores.SpoolAsync(bytes, Models.Update(bytes, client, (int)baseVersion + 1, weight: weight))).Value!);
        }

        ClientBuffers.Write(run, baseVersion, Manifest, [.. updates], stores.Spool, durable: false);
        stores.Spool.RemoveRound("run-a", (int)baseVersion + 1);
    }

    private static (float Mean, long Batches) Of(RunFolder run, long version, int client)
    {
        var set = Safetensors.Load(new MemoryStream(ClientBuffers.Read(run, version, client)!));
        return (set.Values<float>("norm.running_mean")[1], set.Values<long>("norm.num_batches_tracked")[0]);
    }
}
