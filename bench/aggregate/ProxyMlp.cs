using System.Runtime.InteropServices;
using Distributed.Algorithms.Aggregation;
using Distributed.Algorithms.Tensors;
using Distributed.Node.Engine;
using static TorchSharp.torch;
using Model = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace Distributed.Bench.Aggregate;

/// <summary>A real proxy pass: the loss of a multi-layer perceptron (784-hidden-10) on a batch of 128 and its gradient, with libtorch.</summary>
internal sealed class ProxyMlp : IProxyObjective<float>
{
    private const int Inputs = 784;
    private const int Classes = 10;
    private const int Batch = 128;

    private readonly Model _model;
    private readonly Tensor[] _parameters;
    private readonly Tensor _images = rand(Batch, Inputs);
    private readonly Tensor _labels = randint(Classes, [Batch]);

    /// <param name="parameters">About how many.</param>
    /// <param name="threads">For libtorch.</param>
    public ProxyMlp(int parameters, int threads)
    {
        TorchEngine.EnterThread(threads);
        var hidden = (parameters - Classes) / (Inputs + 1 + Classes);
        _model = nn.Sequential(nn.Linear(Inputs, hidden), nn.ReLU(), nn.Linear(hidden, Classes));
        var named = _model.named_parameters().ToArray();
        _parameters = Array.ConvertAll(named, p => (Tensor)p.parameter);
        Manifest = new TensorManifest(named.Select(p => new TensorEntry(p.name, TensorDType.F32, [.. p.parameter.shape])));
    }

    public TensorManifest Manifest { get; }

    public int BatchCount => 1;

    public void StartEpoch(int epoch)
    {
    }

    public double Evaluate(int batch, ReadOnlySpan<float> model, Span<float> gradient)
    {
        Load(model);
        using var scope = NewDisposeScope();
        var loss = Mean();
        foreach (var part in autograd.grad([loss], _parameters))
        {
            var numbers = MemoryMarshal.Cast<byte, float>(part.contiguous().bytes);
            numbers.CopyTo(gradient);
            gradient = gradient[numbers.Length..];
        }
        return loss.item<float>();
    }

    public double Loss(ReadOnlySpan<float> model)
    {
        Load(model);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return Mean().item<float>();
    }

    private Tensor Mean() => nn.functional.cross_entropy(_model.call(_images), _labels);

    private void Load(ReadOnlySpan<float> model)
    {
        foreach (var parameter in _parameters)
        {
            var numbers = MemoryMarshal.Cast<byte, float>(parameter.bytes);
            model[..numbers.Length].CopyTo(numbers);
            model = model[numbers.Length..];
        }
    }
}
