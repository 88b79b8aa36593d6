using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Xunit;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Session;

/// <summary>Transfers that break, with a model of one megabyte in chunks of 64 KB.</summary>
#pragma warning disable CA1001 // xunit disposes of it through IAsyncLifetime.
public sealed class TransferTests(ITestOutputHelper output) : IAsyncLifetime
#pragma warning restore CA1001
{
    private FakeCoordinator coordinator = null!;
    private RunningNode node = null!;
    private FakeConnection connection = null!;

    public async Task InitializeAsync()
    {
        coordinator = await FakeCoordinator.StartAsync();
        node = new RunningNode(coordinator.Address);
        connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync(RunSpecJson.Write(Specs.Parse("""
            { "kind": "federated", "name": "blob", "rounds": 1, "data": { "source": "none", "clients": 3 }, "model": { "name": "blob" }, "training": { "epochs": 0 } }
            """)));
        await connection.NextAsync();
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;
        coordinator.UploadOffsets.Clear();
    }

    public async Task DisposeAsync()
    {
        foreach (var line in node.Lines)
        {
            output.WriteLine(line);
        }

        await node.DisposeAsync();
        await coordinator.DisposeAsync();
    }

    [Fact]
    public async Task Download_BrokenTwice_GoesOnWhereItStopped()
    {
        coordinator.BreakAfter.Enqueue(4 * 65536);
        coordinator.BreakAfter.Enqueue(2 * 65536);

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 1, 0));
        var update = await coordinator.UpdateAsync();

        Assert.Equal(coordinator.Models[0], update.Bytes);
        var offsets = coordinator.DownloadOffsets.ToArray();
        Assert.Equal(3, offsets.Length);
        Assert.Equal(0, offsets[0]);
        Assert.InRange(offsets[1], 0, 4 * 65536);
        Assert.InRange(offsets[2], offsets[1], 6 * 65536);
    }

    [Fact]
    public async Task Upload_Broken_AsksWhereToGoOn()
    {
        await DownloadFirstAsync();
        coordinator.BreakAfter.Enqueue(5 * 65536);

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 2, 0));
        var update = await coordinator.UpdateAsync();

        Assert.Equal(coordinator.Models[0], update.Bytes);
        Assert.Equal([0, 5 * 65536], coordinator.UploadOffsets.ToArray().TakeLast(2));
    }

    [Fact]
    public async Task Upload_DamagedOnce_IsSentOnceMore()
    {
        await DownloadFirstAsync();
        coordinator.UploadErrors.Enqueue(new Refusal(RefusalCode.UpdateChecksum, "damaged").ToRpcException());

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 2, 0));

        Assert.Equal(2u, (await coordinator.UpdateAsync()).Header.Client);
    }

    [Fact]
    public async Task Upload_DamagedTwice_FailsTheTask()
    {
        await DownloadFirstAsync();
        coordinator.UploadErrors.Enqueue(new Refusal(RefusalCode.UpdateChecksum, "damaged").ToRpcException());
        coordinator.UploadErrors.Enqueue(new Refusal(RefusalCode.UpdateChecksum, "damaged").ToRpcException());

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 2, 0));

        Assert.Equal("UPDATE_CHECKSUM", (await connection.NextAsync()).TaskFailed.Code);
    }

    [Fact]
    public async Task Upload_Refused_FailsTheTaskWithTheCode()
    {
        await DownloadFirstAsync();
        coordinator.UploadErrors.Enqueue(new Refusal(RefusalCode.RoundClosed, "round 2 is open").ToRpcException());

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 2, 0));

        Assert.Equal(("ROUND_CLOSED", "round 2 is open"), ((await connection.NextAsync()).TaskFailed is var failed ? failed.Code : "", failed.Detail));
    }

    [Fact]
    public async Task Download_OtherHashThanAssigned_FailsTheTask()
    {
        var task = coordinator.Task(TaskKind.Train, 1, 1, 0);
        coordinator.Models[0] = [.. coordinator.Models[0], 0];

        await connection.AssignAsync(task);

        Assert.Equal("CHECKPOINT_CORRUPT", (await connection.NextAsync()).TaskFailed.Code);
    }

    [Fact]
    public async Task Download_OfOneVersion_IsSharedByTasks()
    {
        for (var client = 0; client < 3; client++)
        {
            await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, client, 0));
        }

        var clients = new[] { await coordinator.UpdateAsync(), await coordinator.UpdateAsync(), await coordinator.UpdateAsync() };

        Assert.Equal([0u, 1u, 2u], clients.Select(update => update.Header.Client).Order());
        Assert.Single(coordinator.DownloadOffsets);
    }

    private async Task DownloadFirstAsync()
    {
        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 1, 0));
        await coordinator.UpdateAsync();
    }
}
