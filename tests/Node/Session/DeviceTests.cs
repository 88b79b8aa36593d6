using System.Runtime.InteropServices;
using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using TorchSharp;
using Xunit;

namespace Distributed.Node.Tests.Session;

public sealed class DeviceTests
{
    [Theory]
    [InlineData("cpu, cuda:0", "cpu", "cuda:0")]
    [InlineData("none")]
    public async Task Join_TellsItsDevices(string told, params string[] devices)
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address, devices: devices);

        Assert.Equal(told, (await coordinator.AcceptAsync()).Hello.Device);
    }

    [Fact]
    public async Task Announce_DeviceThatTheNodeLacks_IsRefusedWithNodeDeviceAndWhatItHas()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address, devices: ["cpu", "cuda:0"]);
        var connection = await coordinator.AcceptAsync();

        await connection.AnnounceAsync(Glyphs("cuda:1"));

        Assert.Equal(
            "DEVICE_MISSING: Node node-a has no device cuda:1; it has cpu, cuda:0.", Assert.Single((await connection.NextAsync()).RunRejected.Problems));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("cpu")]
    public async Task Announce_DeviceThatTheNodeHas_IsTrainedOnAndTold(string device)
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address, devices: ["cpu"]);
        var connection = await coordinator.AcceptAsync();

        await connection.AnnounceAsync(Glyphs(device));

        Assert.EndsWith(", cpu", (await connection.NextAsync()).RunAccepted.Engine, StringComparison.Ordinal);
    }

    // As libtorch says it: its own functions behind the first line.
    [Fact]
    public async Task Train_DeviceFails_IsToldAsTheDevicesFault()
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address, devices: ["cpu"], plugins: NodePlugins.None.With("failing", (_, _) => new Failing()));
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync("""
            { "kind": "federated", "name": "failing", "rounds": 1, "data": { "source": "mine", "clients": 1 }, "model": { "name": "failing" } }
            """);
        await connection.NextAsync();
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;

        await connection.AssignAsync(coordinator.Task(TaskKind.Train, 1, 0, 0));

        var failed = (await connection.NextAsync()).TaskFailed;
        Assert.Equal(("DEVICE_FAILED", "CUDA out of memory. Tried to allocate 2.00 GiB."), (failed.Code, failed.Detail));
    }

    private static string Glyphs(string device) =>
        RunSpecJson.Write(Specs.Glyphs(seed: 1, """{ "name": "linear" }""", rounds: 1, clients: 2, train: 100, test: 50) with { Device = device });

    private sealed class Failing : ILearningTask
    {
        public int TrainCount => 1;

        public int TestCount => 1;

        public IReadOnlyList<int> TrainLabels { get; } = [0];

        public torch.nn.Module BuildModel() => torch.nn.Linear(1, 1);

        public Batch ReadBatch(Split split, torch.Tensor indices) => new(indices, indices);

        public torch.Tensor Losses(torch.nn.Module model, Batch batch) =>
            throw new LibtorchException("CUDA out of memory. Tried to allocate 2.00 GiB.\nException raised from malloc at CUDACachingAllocator.cpp");

        public BatchScores Evaluate(torch.nn.Module model, Batch batch) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class LibtorchException(string message) : ExternalException(message);
}
