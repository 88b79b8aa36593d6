using Distributed.Algorithms.Tensors;
using Distributed.Node.Tests.Fixtures;
using Distributed.Protocols.V1;
using Xunit;

namespace Distributed.Node.Tests.Session;

/// <summary>A client that goes on from running statistics of its own.</summary>
public sealed class OwnBuffersTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Train_OwnBuffers_BeginsWithThemAndTheBasesParameters(int epochs)
    {
        await using var coordinator = await FakeCoordinator.StartAsync();
        await using var node = new RunningNode(coordinator.Address);
        var connection = await coordinator.AcceptAsync();
        await connection.AnnounceAsync($$"""
            {
              "kind": "federated", "name": "small", "rounds": 1, "data": { "source": "glyphs", "clients": 2, "train": 60, "test": 20 },
              "model": { "name": "resnet", "widths": [4] }, "aggregator": { "name": "fedavg", "buffers": "local" },
              "training": { "epochs": {{epochs}}, "batch": 10, "optimizer": { "name": "sgd", "learningRate": 0.01 } }
            }
            """);
        Assert.NotNull((await connection.NextAsync()).RunAccepted);
        await connection.AssignAsync(coordinator.Task(TaskKind.Initialize, 0, 0, 0));
        coordinator.Models[0] = (await coordinator.UpdateAsync()).Bytes;
        var start = Load(coordinator.Models[0]);
        coordinator.Buffers[1] = OwnOf(start.Manifest, 1000);

        var shared = await TrainAsync(coordinator, connection, own: false);
        var own = await TrainAsync(coordinator, connection, own: true);

        foreach (var entry in start.Manifest.Where(entry => entry.IsBuffer && entry.Name.EndsWith("running_mean", StringComparison.Ordinal)))
        {
            Assert.All(own.Values<float>(entry.Name).ToArray(), mean => Assert.InRange(mean, epochs == 0 ? 999.9f : 300, 1001));
            Assert.All(shared.Values<float>(entry.Name).ToArray(), mean => Assert.InRange(mean, -10, 10));
        }

        // In training, batches are normalised by their own statistics: the parameters do not see the running ones.
        Assert.All(start.Manifest.Where(entry => !entry.IsBuffer), entry => Assert.Equal(shared.Bytes(entry.Name).ToArray(), own.Bytes(entry.Name).ToArray()));
    }

    private static async Task<TensorSet> TrainAsync(FakeCoordinator coordinator, FakeConnection connection, bool own)
    {
        var task = coordinator.Task(TaskKind.Train, 1, 1, 0);
        task.OwnBuffers = own;
        await connection.AssignAgainAsync(task);
        return Load((await coordinator.UpdateAsync()).Bytes);
    }

    private static byte[] OwnOf(TensorManifest model, float mean)
    {
        var set = new TensorSet(new TensorManifest(
            model.Where(entry => entry.IsBuffer).Select(entry => new TensorEntry(entry.Name, entry.DType, entry.Shape, isBuffer: true))));
        foreach (var entry in set.Manifest.Where(entry => entry.DType == TensorDType.F32))
        {
            set.Values<float>(entry.Name).Fill(entry.Name.EndsWith("mean", StringComparison.Ordinal) ? mean : 1);
        }

        using var stream = new MemoryStream();
        Safetensors.Write(stream, set);
        return stream.ToArray();
    }

    private static TensorSet Load(byte[] bytes) => Safetensors.Load(new MemoryStream(bytes));
}
