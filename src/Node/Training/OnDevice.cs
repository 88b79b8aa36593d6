using Distributed.Node.Engine;
using Distributed.Node.Models;
using TorchSharp;

namespace Distributed.Node.Training;

/// <summary>
/// A task whose models and batches are on a device, where losses, gradients and an optimizer's state then are too. The examples stay in memory; a step's own are
/// copied over.
/// </summary>
internal sealed class OnDevice : ILearningTask
{
    private readonly ILearningTask task;
    private readonly torch.Device device;

    internal OnDevice(ILearningTask task, torch.Device device) => (this.task, this.device) = (task, device);

    public int TrainCount => task.TrainCount;

    public int TestCount => task.TestCount;

    public IReadOnlyList<int> TrainLabels => task.TrainLabels;

    public IReadOnlyList<int> TestLabels => task.TestLabels;

    public IReadOnlyList<string> Domains => task.Domains;

    public TextSize TestSize(int index) => task.TestSize(index);

    /// <summary>The task itself where it computes on the processor anyhow.</summary>
    /// <param name="task">Taken over.</param>
    /// <param name="device">By libtorch's name.</param>
    public static ILearningTask Of(ILearningTask task, string device) => device == ComputeDevices.Cpu ? task : new OnDevice(task, new torch.Device(device));

    public torch.nn.Module BuildModel()
    {
        var model = task.BuildModel();
        var parameters = model.modules().Prepend(model).Distinct().SelectMany(module => module.parameters(recurse: false)).Select(parameter => parameter.Handle).ToList();
        // Each layer would be given a copy of its own, or one without a tensor.
        return parameters.Distinct().Count() == parameters.Count
            ? model.to(device)
            : throw new NotSupportedException($"Layers of the model share tensors, which TorchSharp cannot move to device {device}; run it with device: cpu.");
    }

    // Drawn on the processor, so that a run begins with the same numbers on any device.
    public void Initialize(torch.nn.Module model, int seed)
    {
        using var drawn = task.BuildModel();
        task.Initialize(drawn, seed);
        using var mode = torch.no_grad();
        var from = drawn.parameters().Concat(drawn.buffers());
        foreach (var (target, source) in model.parameters().Concat(model.buffers()).Zip(from))
        {
            target.copy_(source);
        }
    }

    public Batch ReadBatch(Split split, torch.Tensor indices)
    {
        var (inputs, targets) = task.ReadBatch(split, indices);
        return new Batch(inputs.to(device), targets.to(device));
    }

    public torch.Tensor Losses(torch.nn.Module model, Batch batch) => task.Losses(model, batch);

    public BatchScores Evaluate(torch.nn.Module model, Batch batch) => task.Evaluate(model, batch);

    public void Dispose() => task.Dispose();
}
