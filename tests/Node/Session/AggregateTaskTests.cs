using Distributed.Algorithms.Tensors;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Identities;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Xunit;

namespace Distributed.Node.Tests.Session;

/// <summary>A node that is asked to aggregate, as the coordinator sees it.</summary>
public sealed class AggregateTaskTests
{
    [Fact]
    public async Task Aggregate_TwoUpdates_UploadsTheirMixtureWithItsReport()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var (connection, accepted) = await JoinAsync(coordinator);
        Assert.Equal((60u, 40u), (accepted.ProxyExamples, accepted.TestExamples));
        await TrainAsync(coordinator, connection);

        await connection.AssignAsync(Task(coordinator));
        var made = await coordinator.UpdateAsync();

        Assert.Equal((1u, (uint)UpdateId.AggregateClient, 0ul), (made.Header.Round, made.Header.Client, made.Header.BaseVersion));
        Assert.Equal(ContentHash.Of(made.Bytes).ToBytes(), made.Header.Sha256.ToByteArray());
        var said = made.Header.Aggregation;
        Assert.Equal([0u, 1u], said.Coefficients.Keys.Order());
        Assert.Equal(said.Metrics["gamma"], said.Coefficients.Values.Sum(), 1e-9);
        var (a, b, mixed) = (Weights(coordinator.Admitted[0].Bytes), Weights(coordinator.Admitted[1].Bytes), Weights(made.Bytes));
        Assert.All(Enumerable.Range(0, mixed.Length), i => Assert.Equal((said.Coefficients[0] * a[i]) + (said.Coefficients[1] * b[i]), mixed[i], 1e-6));
        Assert.Equal([(0u, 0L), (1u, 0L)], coordinator.UpdateOffsets.Order());

        // Asked again, as after a crash of the coordinator: the same bytes.
        await connection.AssignAgainAsync(Task(coordinator));
        Assert.Equal(made.Bytes, (await coordinator.UpdateAsync()).Bytes);
    }

    [Fact]
    public async Task Aggregate_ADownloadBreaks_GoesOnWhereItStopped()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var (connection, _) = await JoinAsync(coordinator, hidden: 64);
        await TrainAsync(coordinator, connection);
        coordinator.BreakAfter.Enqueue(64 * 1024);

        await connection.AssignAsync(Task(coordinator));
        await coordinator.UpdateAsync();

        Assert.Contains(coordinator.UpdateOffsets, asked => asked.Offset == 64 * 1024);
    }

    [Fact]
    public async Task Aggregate_OtherBytesThanAdmitted_FailsTheTask()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var (connection, _) = await JoinAsync(coordinator);
        await TrainAsync(coordinator, connection);
        var task = Task(coordinator);
        coordinator.Admitted[1].Bytes[^1] ^= 1;

        await connection.AssignAsync(task);
        var failed = (await connection.NextAsync()).TaskFailed;

        Assert.Equal("UPDATE_CHECKSUM", failed.Code);
        Assert.Contains("client 1", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aggregate_WithoutAProxySet_FailsWithTheReason()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var (connection, accepted) = await JoinAsync(coordinator, proxy: "");
        Assert.Equal(0u, accepted.ProxyExamples);
        await TrainAsync(coordinator, connection);

        await connection.AssignAsync(Task(coordinator));

        Assert.Contains("does not hold the run's proxy set", (await connection.NextAsync()).TaskFailed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Aggregate_NoWeightAtAll_FailsWithACodeOfItsOwn()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var (connection, _) = await JoinAsync(coordinator);
        await TrainAsync(coordinator, connection);
        var task = Task(coordinator);
        task.Updates.ToList().ForEach(update => update.Weight = 0);

        await connection.AssignAsync(task);

        Assert.Equal("AGGREGATION_FAILED", (await connection.NextAsync()).TaskFailed.Code);
    }

    private static async Task<(FakeConnection Connection, RunAccepted Accepted)> JoinAsync(
        FakeCoordinator coordinator, string proxy = """ "proxy": { "examples": 60, "batch": 32 }, """, int hidden = 16)
    {
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync($$"""
            {
              "kind": "federated", "name": "small", "rounds": 1, {{proxy}}
              "data": { "source": "glyphs", "clients": 2, "train": 300, "test": 100 },
              "model": { "name": "mlp", "hidden": [{{hidden}}] },
              "aggregator": { "name": "fedlaw", "serverEpochs": 3 },
              "training": { "batch": 8, "optimizer": { "name": "sgd", "learningRate": 0.05 } }
            }
            """);
        return (connection, (await connection.NextAsync()).RunAccepted);
    }

    private static async Task TrainAsync(FakeCoordinator coordinator, FakeConnection connection)
    {
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;
        for (var client = 0; client < 2; client++)
        {
            await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, client, 0));
            var update = await coordinator.UpdateAsync();
            coordinator.Admitted[update.Header.Client] = update;
        }
    }

    private static TaskAssigned Task(FakeCoordinator coordinator)
    {
        var task = coordinator.Task(TaskKind.Aggregate, 1, 0, 0);
        task.Updates.AddRange(coordinator.Admitted.Values.OrderBy(update => update.Header.Client).Select(update => new AdmittedUpdate
        {
            Client = update.Header.Client,
            Sha256 = ByteString.CopyFrom(update.Header.Sha256.Span),
            SizeBytes = update.Header.SizeBytes,
            Weight = update.Header.Weight,
        }));
        return task;
    }

    private static float[] Weights(byte[] bytes) => Safetensors.Load(new MemoryStream(bytes)).Values<float>("fc1.weight").ToArray();
}
