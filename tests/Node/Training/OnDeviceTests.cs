using Distributed.Node.Models;
using Distributed.Node.Tests.Fixtures;
using Distributed.Node.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Distributed.Node.Tests.Training;

/// <summary>libtorch's device <c>meta</c>, which computes shapes alone and no numbers, stands for one that this machine lacks.</summary>
public sealed class OnDeviceTests
{
    [Theory]
    [InlineData("lenet")]
    [InlineData("resnet")]
    public void BuildModel_OnADevice_IsThereWithItsBuffers(string model)
    {
        using var task = OnDevice.Of(Task(model), "meta");
        var module = task.BuildModel();

        Assert.All([.. module.parameters(), .. module.buffers()], tensor => Assert.Equal(DeviceType.META, tensor.device_type));
    }

    [Fact]
    public void BuildModel_TiedTensors_IsRefusedWithTheDevice()
    {
        using var task = OnDevice.Of(new Tied(), "meta");

        Assert.Contains("device meta", Assert.Throws<NotSupportedException>(task.BuildModel).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_OnADevice_LeavesNothingInMemory()
    {
        using var scope = NewDisposeScope();
        using var task = OnDevice.Of(Task("linear"), "meta");
        var module = task.BuildModel();
        var batch = task.ReadBatch(Split.Train, arange(8));
        var optimizer = optim.AdamW(module.parameters());
        var losses = task.Losses(module, batch);
        losses.mean().backward();
        optimizer.step();

        Assert.All(
            [.. module.parameters(), .. module.parameters().Select(parameter => parameter.grad!), batch.Inputs, batch.Targets, losses],
            tensor => Assert.Equal(DeviceType.META, tensor.device_type));
        Assert.Equal(DeviceType.META, task.Evaluate(module, task.ReadBatch(Split.Test, arange(8))).Losses.device_type);
    }

    [Fact]
    public void Of_Processor_IsTheTaskItself()
    {
        using var task = Task("mlp");

        Assert.Same(task, OnDevice.Of(task, "cpu"));
    }

    // Numbers are drawn on the processor on every device.
    [Theory]
    [InlineData("mlp")]
    [InlineData("resnet")]
    public void Initialize_OnADevice_GivesTheProcessorsNumbers(string model)
    {
        using var task = Task(model);
        using var placed = new OnDevice(Task(model), CPU);
        var (expected, module) = (task.BuildModel(), placed.BuildModel());

        task.Initialize(expected, seed: 7);
        placed.Initialize(module, seed: 7);

        Assert.Equal(Bytes(new ModelState(expected)), Bytes(new ModelState(module)));
    }

    // A device's tensors go through copies in memory, which the processor's own do not need.
    [Fact]
    public void ModelState_ThroughCopies_IsTheSameState()
    {
        using var task = Task("resnet");
        var (plain, copied) = (task.BuildModel(), task.BuildModel());
        task.Initialize(plain, seed: 7);
        var expected = Bytes(new ModelState(plain));
        var state = new ModelState(copied, throughCopies: true);

        Assert.NotEqual(expected, Bytes(state));
        state.Load(expected);
        Assert.Equal(expected, Bytes(state));
        Assert.Equal(expected, Bytes(new ModelState(copied)));
        Assert.All(copied.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    private static ILearningTask Task(string model) =>
        Workloads.CreateTask(Specs.Glyphs(seed: 1, $$"""{ "name": "{{model}}" }""", rounds: 1, clients: 2, train: 100, test: 50), NodePlugins.None, [])!;

    private sealed class Tied : ILearningTask
    {
        public int TrainCount => 1;

        public int TestCount => 1;

        public IReadOnlyList<int> TrainLabels { get; } = [0];

        public nn.Module BuildModel()
        {
            var (first, second) = (nn.Linear(4, 4, hasBias: false), nn.Linear(4, 4, hasBias: false));
            second.weight = first.weight;
            return nn.Sequential(first, second);
        }

        public Batch ReadBatch(Split split, Tensor indices) => throw new NotSupportedException();

        public Tensor Losses(nn.Module model, Batch batch) => throw new NotSupportedException();

        public BatchScores Evaluate(nn.Module model, Batch batch) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private static byte[] Bytes(ModelState state)
    {
        var bytes = new byte[state.Manifest.ByteLength];
        state.Save(bytes);
        return bytes;
    }
}
