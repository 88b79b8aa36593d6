using Distributed.Node.Data.Images;
using Distributed.Node.Models;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Distributed.Node.Tests.Models;

/// <summary>Small networks of every kind that a graph is read off, each with its random inputs.</summary>
internal static class GraphModels
{
    public const int Samples = 8;

    public static readonly string[] Names =
    [
        "mlp", "mlp layernorm", "mlp batchnorm", "lenet", "resnet batch", "resnet layer", "resnet none", "depthwise", "attention", "attention tied",
        "shared layer", "gelu tokens", "built-in mlp", "built-in lenet", "built-in resnet batch", "built-in resnet none",
    ];

    public static (Module<Tensor, Tensor> Model, Tensor Inputs) Build(string name, ScalarType type = ScalarType.Float32)
    {
        random.manual_seed(1);
        Module<Tensor, Tensor> model = name switch
        {
            "mlp" => Sequential(("flatten", Flatten()), ("fc1", Linear(36, 24)), ("relu1", ReLU()), ("fc2", Linear(24, 16)), ("tanh", Tanh()), ("fc3", Linear(16, 5))),
            "mlp layernorm" => Sequential(("fc1", Linear(36, 24)), ("norm", LayerNorm(24)), ("drop", Dropout(0.5)), ("fc2", Linear(24, 5, hasBias: false))),
            "mlp batchnorm" => Sequential(("fc1", Linear(36, 24)), ("norm", BatchNorm1d(24)), ("silu", SiLU()), ("fc2", Linear(24, 5))),
            "lenet" => Sequential(
                ("conv1", Conv2d(1, 6, 3, padding: 1)), ("relu1", ReLU()), ("pool1", MaxPool2d(2)), ("conv2", Conv2d(6, 8, 3)), ("sigmoid", Sigmoid()),
                ("pool2", AvgPool2d(2)), ("flatten", Flatten()), ("fc1", Linear(8 * 2 * 2, 12)), ("relu3", ReLU()), ("fc2", Linear(12, 5))),
            "resnet batch" => ResNet(channels => BatchNorm2d(channels)),
            "resnet layer" => ResNet(channels => GroupNorm(1, channels)),
            "resnet group" => ResNet(channels => GroupNorm(2, channels)),
            "resnet none" => ResNet(_ => Identity()),
            "depthwise" => Sequential(
                ("conv", Conv2d(1, 8, 3, bias: false)), ("relu", ReLU()), ("deep", Conv2d(8, 8, 3, groups: 8)), ("norm", BatchNorm2d(8)),
                ("point", Conv2d(8, 10, 1)), ("pool", AdaptiveAvgPool2d(2)), ("flatten", Flatten()), ("fc", Linear(40, 5))),
            "attention" => Transformer(Embedding(11, 12), Linear(12, 11)),
            "attention tied" => Tied(),
            "shared layer" => Shared(),
            "gelu tokens" => Sequential(("table", Embedding(11, 8)), ("fc1", Linear(8, 12)), ("gelu", GELU()), ("flatten", Flatten()), ("fc2", Linear(7 * 12, 5))),
            _ => BuiltIn(name["built-in ".Length..]),
        };
        model.to(type);
        return (model, InputsOf(name).to(name.StartsWith("attention", StringComparison.Ordinal) || name == "gelu tokens" ? ScalarType.Int64 : type));
    }

    private static Tensor InputsOf(string name) => name switch
    {
        "mlp" or "lenet" or "depthwise" => randn(Samples, 1, name == "mlp" ? 6 : 12, name == "mlp" ? 6 : 12),
        "mlp layernorm" or "mlp batchnorm" or "shared layer" => randn(Samples, 36),
        "attention" or "attention tied" or "gelu tokens" => randint(11, [Samples, 7]),
        "built-in lenet" => randn(Samples, 1, 12, 12),
        _ => randn(Samples, 1, 8, 8),
    };

    private static Module<Tensor, Tensor> BuiltIn(string name) => name.Split(' ') switch
    {
        ["mlp"] => new Mlp([10, 8]).Build(new ImageShape(1, 8, 8), 5),
        ["lenet"] => new LeNet().Build(new ImageShape(1, 12, 12), 5),
        [_, var norm] => new ResNet(new ResNetParameters { Widths = [4, 6], Blocks = 2, Norm = Enum.Parse<ResNetNorm>(norm, ignoreCase: true), Groups = 2 })
            .Build(new ImageShape(1, 8, 8), 5),
        _ => throw new ArgumentException(name),
    };

    private static Module<Tensor, Tensor> ResNet(Func<long, Module<Tensor, Tensor>> norm) => Sequential(
        ("stem", Conv2d(1, 4, 3, padding: 1)), ("norm", norm(4)), ("relu", ReLU()),
        ("block1", new Residual(Block(4, 4, 1, norm))), ("relu1", ReLU()),
        ("block2", new Residual(Block(4, 8, 2, norm), Sequential(("conv", Conv2d(4, 8, 1, stride: 2)), ("norm", norm(8))))), ("relu2", ReLU()),
        ("pool", AdaptiveAvgPool2d(1)), ("flatten", Flatten()), ("fc", Linear(8, 5)));

    private static Module<Tensor, Tensor> Block(long width, long to, long stride, Func<long, Module<Tensor, Tensor>> norm) => Sequential(
        ("conv1", Conv2d(width, to, 3, stride: stride, padding: 1)), ("norm1", norm(to)), ("relu", ReLU()),
        ("conv2", Conv2d(to, to, 3, padding: 1)), ("norm2", norm(to)));

    private static Module<Tensor, Tensor> Transformer(Module<Tensor, Tensor> table, Module<Tensor, Tensor> head) => Sequential(
        ("table", table),
        ("attend", new Residual(Sequential(("norm", LayerNorm(12)), ("heads", new SelfAttention(12, 3))))),
        ("think", new Residual(Sequential(("norm", LayerNorm(12)), ("up", Linear(12, 20)), ("gelu", GELU()), ("down", Linear(20, 12))))),
        ("norm", LayerNorm(12)),
        ("head", head));

    private static Module<Tensor, Tensor> Tied()
    {
        var (table, head) = (Embedding(11, 12), Linear(12, 11));
        head.weight = table.weight!;
        return Transformer(table, head);
    }

    // One square layer applied twice: its rows and its columns are the same units.
    private static Module<Tensor, Tensor> Shared()
    {
        var shared = Linear(16, 16);
        return Sequential(("in", Linear(36, 16)), ("relu1", ReLU()), ("once", shared), ("relu2", ReLU()), ("twice", shared), ("relu3", ReLU()), ("out", Linear(16, 5)));
    }
}
