using Distributed.Node.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Bench.Step;

/// <summary>The models of peer.py, layer for layer, each with one batch.</summary>
internal static class Models
{
    public static Model Find(string name) => name switch
    {
        "mlp" => new(Mlp, () => (randn(64, 784), randint(10, [64])), parameters => optim.SGD(parameters, 0.05), "{ name: sgd, learningRate: 0.05 }"),
        "lenet" => new(LeNet, () => (randn(64, 1, 28, 28), randint(10, [64])), parameters => optim.SGD(parameters, 0.05, momentum: 0.9), "{ name: sgd, learningRate: 0.05, momentum: 0.9 }"),
        "transformer" => new(
            () => new Transformer(vocabulary: 64, width: 128, length: 128, heads: 4, layers: 2),
            () => (randint(64, [16, 128]), randint(64, [16 * 128])),
            parameters => optim.AdamW(parameters, 3e-4, weight_decay: 0.01),
            "{ name: adamw, learningRate: 0.0003, weightDecay: 0.01 }"),
        _ => throw new ArgumentException($"no model '{name}': mlp, lenet, transformer"),
    };

    private static Sequential Mlp() => nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10));

    private static Sequential LeNet() => nn.Sequential(
        new FilledConv2d(1, 6, 5, padding: 2), nn.ReLU(), nn.MaxPool2d(2), new FilledConv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10));
}

/// <summary>A model with its batch, and its optimizer twice: made here, and as a run file has it.</summary>
internal sealed record Model(
    Func<nn.Module<Tensor, Tensor>> Build, Func<(Tensor X, Tensor Y)> Batch, Func<IEnumerable<Parameter>, optim.Optimizer> Optimizer, string RunFileOptimizer);
