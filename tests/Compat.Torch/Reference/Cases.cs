using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Model = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Distributed.Compat.Torch.Tests.Reference;

/// <summary>The cases of reference.py, drawn in the same order.</summary>
internal static class Cases
{
    internal static readonly Dictionary<string, Func<Dictionary<string, Tensor>>> All = new()
    {
        ["mlp.sgd"] = () => Train(1, Mlp, Rows, p => optim.SGD(p, 0.1)),
        ["mlp.momentum"] = () => Train(2, Mlp, Rows, p => optim.SGD(p, 0.1, momentum: 0.9, dampening: 0.2, weight_decay: 0.01)),
        ["mlp.nesterov"] = () => Train(2, Mlp, Rows, p => optim.SGD(p, 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true)),
        ["mlp.maximize"] = () => Train(2, Mlp, Rows, p => optim.SGD(p, 0.1, weight_decay: 0.01, maximize: true)),
        ["mlp.adam"] = () => Train(3, Mlp, Rows, p => optim.Adam(p, 0.01, weight_decay: 0.1)),
        ["mlp.adamw"] = () => Train(3, Mlp, Rows, p => optim.AdamW(p, 0.01, weight_decay: 0.1)),
        ["convnet.sgd"] = () => Train(4, Convnet, Images, p => optim.SGD(p, 0.05, momentum: 0.9)),
        ["groups.adam"] = () => Train(5, Groups, Images, p => optim.Adam(p, 0.01)),
        ["attention.adamw"] = () => Train(6, () => new Block(), Text, p => optim.AdamW(p, 0.01, weight_decay: 0.01)),
        ["draws"] = Draws,
        ["initialisers"] = Initialisers,
        ["losses"] = Losses,
        ["clip"] = Clip,
        ["evaluation"] = Evaluation,
    };

    private static Sequential Mlp() => nn.Sequential(nn.Linear(20, 16), nn.ReLU(), nn.Linear(16, 5));

    private static Sequential Convnet() => nn.Sequential(
        nn.Conv2d(1, 6, 5, padding: 2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3), nn.BatchNorm2d(8), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32, 10));

    private static Sequential Groups() => nn.Sequential(
        nn.Conv2d(1, 8, 3, stride: 2, bias: false), nn.GroupNorm(4, 8), nn.GELU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10));

    private static (Tensor, Tensor) Rows() => (randn(8, 20), randint(0, 5, [8]));

    private static (Tensor, Tensor) Images() => (randn(4, 1, 12, 12), randint(0, 10, [4]));

    private static (Tensor, Tensor) Text() => (randint(0, 11, [3, 6]), randint(0, 11, [18]));

    private static Dictionary<string, Tensor> Train(
        long seed, Func<Model> build, Func<(Tensor X, Tensor Y)> batch, Func<IEnumerable<Parameter>, optim.Optimizer> optimizer)
    {
        const int Steps = 3;
        manual_seed(seed);
        var model = build();
        var (x, y) = batch();
        using var opt = optimizer(model.parameters());
        var result = new Dictionary<string, Tensor> { ["x"] = x };
        for (var step = 0; step < Steps; step++)
        {
            opt.zero_grad();
            var loss = nn.functional.cross_entropy(model.call(x), y);
            loss.backward();
            result[$"loss{step}"] = loss;
            if (step + 1 == Steps)
                Gradients(model, result);
            opt.step();
        }
        foreach (var (name, value) in model.state_dict())
            result["state." + name] = value;
        return result;
    }

    private static void Gradients(Model model, Dictionary<string, Tensor> result)
    {
        foreach (var (name, parameter) in model.named_parameters())
            result["grad." + name] = parameter.grad!;
    }

    private static Dictionary<string, Tensor> Draws()
    {
        manual_seed(42);
        var result = new Dictionary<string, Tensor>
        {
            ["randn"] = randn(3, 5), ["rand"] = rand(7), ["randint"] = randint(3, 90, [9]), ["randperm"] = randperm(13),
            ["uniform"] = empty(40).uniform_(-2, 3), ["normal"] = empty(40).normal_(1, 0.5), ["bernoulli"] = empty(40).bernoulli_(0.3),
            ["dropout"] = nn.functional.dropout(ones(64), 0.4),
        };
        using var generator = new Generator(9);
        result["generator"] = randn(4, generator: generator);
        result["after"] = randn(4);
        return result;
    }

    private static Dictionary<string, Tensor> Initialisers()
    {
        manual_seed(5);
        return new Dictionary<string, Tensor>
        {
            ["xavier_uniform_"] = nn.init.xavier_uniform_(empty(6, 4, 3, 3)),
            ["xavier_normal_"] = nn.init.xavier_normal_(empty(6, 4, 3, 3)),
            ["kaiming_uniform_"] = nn.init.kaiming_uniform_(empty(6, 4, 3, 3)),
            ["kaiming_normal_"] = nn.init.kaiming_normal_(empty(6, 4, 3, 3)),
            ["relu"] = nn.init.kaiming_normal_(empty(6, 4), mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU),
            ["embedding"] = nn.Embedding(5, 3, padding_idx: 1).weight!,
            ["attention"] = nn.MultiheadAttention(8, 2).get_parameter("out_proj.weight")!,
        };
    }

    private static Dictionary<string, Tensor> Losses()
    {
        manual_seed(3);
        var (x, y) = (randn(6, 4), randint(0, 4, [6]));
        var (t, w) = (rand(6, 4), rand(4));
        var result = new Dictionary<string, Tensor>();
        foreach (var reduction in Enum.GetValues<nn.Reduction>())
        {
            var name = reduction.ToString().ToLowerInvariant();
            result["cross_entropy." + name] = nn.functional.cross_entropy(x, y, reduction: reduction);
            result["weighted." + name] = nn.functional.cross_entropy(x, y, w, reduction: reduction, label_smoothing: 0.1);
            result["nll." + name] = nn.functional.nll_loss(nn.functional.log_softmax(x, 1), y, reduction: reduction);
            result["mse." + name] = nn.functional.mse_loss(x, t, reduction);
            result["l1." + name] = nn.functional.l1_loss(x, t, reduction);
            result["smooth." + name] = nn.functional.smooth_l1_loss(x, t, reduction);
            result["bce." + name] = nn.functional.binary_cross_entropy_with_logits(x, t, reduction: reduction);
        }
        return result;
    }

    private static Dictionary<string, Tensor> Clip()
    {
        manual_seed(4);
        var model = Mlp();
        var (x, y) = Rows();
        (nn.functional.cross_entropy(model.call(x), y) * 10).backward();
        var result = new Dictionary<string, Tensor> { ["norm"] = tensor((float)nn.utils.clip_grad_norm_(model.parameters(), 0.5)) };
        Gradients(model, result);
        return result;
    }

    private static Dictionary<string, Tensor> Evaluation()
    {
        manual_seed(6);
        var model = Convnet();
        var (x, _) = Images();
        model.call(x);
        model.eval();
        return new() { ["output"] = model.call(x) };
    }

    /// <summary>A module as users write them: fields, RegisterComponents, forward.</summary>
    private sealed class Block : Model
    {
        private readonly Embedding tokens = nn.Embedding(11, 8);
        private readonly LayerNorm norm = nn.LayerNorm(8);
        private readonly MultiheadAttention attention = nn.MultiheadAttention(8, 2);
        private readonly Linear head = nn.Linear(8, 11);

        internal Block()
            : base(nameof(Block)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            var e = tokens.call(input).transpose(0, 1);
            var n = norm.call(e);
            var mask = ones(e.size(0), e.size(0)).triu(1).to(ScalarType.Bool);
            var (a, _) = attention.call(n, n, n, attn_mask: mask);
            return head.call((e + a).transpose(0, 1)).reshape(-1, 11);
        }
    }
}
