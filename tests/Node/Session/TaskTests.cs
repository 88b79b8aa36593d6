using System.Diagnostics;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Xunit;

namespace Distributed.Node.Tests.Session;

public sealed class TaskTests
{
    private const string Blob = """
        { "kind": "federated", "name": "blob", "rounds": 1, "data": { "source": "none", "clients": 3 }, "model": { "name": "blob", "megabytes": 1 }, "training": { "epochs": 0 } }
        """;

    [Fact]
    public async Task Announce_GlyphRun_IsAcceptedWithTheExamplesOfEachClient()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();

        await connection.AnnounceAsync(SmallGlyphs());
        var accepted = (await connection.NextAsync()).RunAccepted;

        Assert.Equal(4, accepted.ClientExamples.Count);
        Assert.Equal(300, accepted.ClientExamples.Sum(examples => (long)examples));
        Assert.Equal((10u, 40), (accepted.ClassCounts.Classes, accepted.ClassCounts.Counts.Count));
        Assert.Equal(accepted.ClientExamples, accepted.ClassCounts.Counts.Chunk(10).Select(row => (ulong)row.Sum(count => (long)count)));
        Assert.Equal(100u, accepted.TestExamples);
    }

    [Fact]
    public async Task Announce_MissingData_IsRejectedWithTheReason()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();

        await connection.AnnounceAsync(SmallGlyphs().Replace("\"glyphs\"", "\"mnist\", \"path\": \"/nowhere\"", StringComparison.Ordinal));

        Assert.Contains("/nowhere", Assert.Single((await connection.NextAsync()).RunRejected.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announce_SeveralMistakes_AreAllListed()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();

        await connection.AnnounceAsync(SmallGlyphs()
            .Replace("\"mlp\"", "\"mlpp\"", StringComparison.Ordinal)
            .Replace("\"sgd\"", "\"sdg\"", StringComparison.Ordinal)
            .Replace("\"glyphs\", \"c", "\"glyhps\", \"c", StringComparison.Ordinal));

        var problems = (await connection.NextAsync()).RunRejected.Problems;
        Assert.Contains(problems, problem => problem.Contains("did you mean 'mlp'", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("did you mean 'sgd'", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("did you mean 'glyphs'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tasks_OfARound_GiveInitialModelUpdateAndScores()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync(SmallGlyphs());
        var examples = (await connection.NextAsync()).RunAccepted.ClientExamples[2];

        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        var initial = await coordinator.UpdateAsync();
        Assert.Equal((0u, 0u), (initial.Header.Round, initial.Header.Client));
        Assert.Equal("node-a", initial.Headers.GetValue("node-name"));
        Assert.Equal(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"], Load(initial.Bytes).Manifest.Select(entry => entry.Name));

        coordinator.Models[0] = initial.Bytes;
        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 2, 0));
        var update = await coordinator.UpdateAsync();
        Assert.Equal(ContentHash.Of(update.Bytes).ToBytes(), update.Header.Sha256.ToByteArray());
        Assert.Equal((1u, 2u, examples, (double)examples), (update.Header.Round, update.Header.Client, update.Header.Examples, update.Header.Weight));
        Assert.Equal(Load(initial.Bytes).Manifest, Load(update.Bytes).Manifest);
        Assert.NotEqual(initial.Bytes, update.Bytes);
        Assert.InRange(update.Header.TrainLoss, 0.1, 3);

        await connection.AssignAsync(coordinator.Task(TaskKind.Evaluate, 1, 1, 0, shards: 3));
        var scores = (await connection.NextAsync()).TaskCompleted;
        Assert.Equal(33u, scores.Examples);
        Assert.InRange(scores.LossSum / scores.Examples, 1, 4);
        Assert.Single(coordinator.DownloadOffsets);
    }

    [Fact]
    public async Task Initialize_OnAnyNode_GivesTheSameBits()
    {
        var models = new List<byte[]>();
        foreach (var name in new[] { "node-a", "node-b" })
        {
            await using var coordinator = await FakeCoordinator.StartAsync();
            await using var node = new RunningNode(coordinator.Address, name);
            var connection = await coordinator.AcceptAsync();
            await connection.AnnounceAsync(SmallGlyphs());
            await connection.NextAsync();
            await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
            models.Add((await coordinator.UpdateAsync()).Bytes);
        }

        Assert.Equal(models[0], models[1]);
    }

    [Fact]
    public async Task Train_LossNotFinite_FailsTheTask()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync(SmallGlyphs().Replace("\"learningRate\": 0.05", "\"learningRate\": 1000, \"weightDecay\": 1000", StringComparison.Ordinal));
        await connection.NextAsync();
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 0, 0));
        var failed = (await connection.NextAsync()).TaskFailed;

        Assert.Equal("TRAINING_FAILED", failed.Code);
        Assert.Contains("round 1, client 0", failed.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_UnknownRun_FailsTheTask()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 0, 0));

        Assert.Equal("RUN_UNKNOWN", (await connection.NextAsync()).TaskFailed.Code);
    }

    [Fact]
    public async Task Upload_CarriesTheTasksTrace()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Distributed.Node",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await JoinBlobAsync(coordinator);

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 1, 0, traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        var update = await coordinator.UpdateAsync();

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", update.Headers.GetValue("traceparent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reconnect_TaskInWork_IsNamedInHello()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await JoinBlobAsync(coordinator);
        coordinator.Receipts = new TaskCompletionSource();
        var task = coordinator.Task(TaskKind.Train, 1, 1, 0);
        await connection.AssignAsync(task);
        await coordinator.UpdateAsync();

        connection.Close();
        var again = await coordinator.AcceptAsync();
        coordinator.Receipts.SetResult();

        Assert.Equal(task.Key, Assert.Single(again.Hello.Holding));
    }

    private static async Task<FakeConnection> JoinBlobAsync(FakeCoordinator coordinator)
    {
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync(RunSpecJson.Write(Specs.Parse(Blob)));
        Assert.NotNull((await connection.NextAsync()).RunAccepted);
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;
        return connection;
    }

    private static TensorSet Load(byte[] bytes) => Safetensors.Load(new MemoryStream(bytes));

    private static string SmallGlyphs() => """
        {
          "kind": "federated", "name": "small", "rounds": 1,
          "data": { "source": "glyphs", "clients": 4, "train": 300, "test": 100 },
          "model": { "name": "mlp", "hidden": [16] },
          "training": { "batch": 4, "optimizer": { "name": "sgd", "learningRate": 0.05 } }
        }
        """;
}
