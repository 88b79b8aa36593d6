using Distributed.Collectives.Groups;
using Distributed.Node.Engine;
using TorchSharp;
using TorchSharp.Modules;

namespace Distributed.Node.DataParallel;

/// <summary>A model's gradients in one piece of memory, and the loss behind them, so that one reduction carries both. The parameters' gradients are views of it.</summary>
internal sealed class FlatGradients : IDisposable
{
    private readonly torch.Tensor numbers;
    private readonly torch.Tensor gradients;

    /// <summary>Becomes the parameters' gradients, all zero.</summary>
    /// <exception cref="NotSupportedException">A parameter is no float32 on the processor.</exception>
    public FlatGradients(IReadOnlyCollection<Parameter> parameters)
    {
        if (parameters.FirstOrDefault(parameter => parameter.dtype != torch.ScalarType.Float32 || parameter.device_type != DeviceType.CPU) is { } other)
        {
            throw new NotSupportedException($"Data-parallel training needs float32 parameters on the processor; the model has {other.dtype} on {other.device}.");
        }

        using var scope = torch.NewDisposeScope();
        var count = parameters.Sum(parameter => parameter.numel());
        numbers = torch.zeros(count + 1).DetachFromDisposeScope();
        gradients = numbers.narrow(0, 0, count).DetachFromDisposeScope();
        var at = 0L;
        foreach (var parameter in parameters)
        {
            parameter.grad = numbers.narrow(0, at, parameter.numel()).view(parameter.shape);
            at += parameter.numel();
        }
    }

    /// <summary>All of it, for a reduction.</summary>
    public Elements Elements => new(TensorMemory.AddressOf(numbers), numbers.numel(), ElementType.Float32);

    /// <summary>The loss.</summary>
    public float Loss
    {
        get => numbers.data<float>()[numbers.numel() - 1];
        set => numbers.data<float>()[numbers.numel() - 1] = value;
    }

    /// <summary>The gradients' L2 norm; not finite where one of them is not.</summary>
    public float Norm()
    {
        using var norm = gradients.norm();
        return norm.item<float>();
    }

    /// <summary>Multiplies the gradients.</summary>
    public void Scale(float factor) => gradients.mul_(factor).Dispose();

    /// <summary>Sets all to zero.</summary>
    public void Clear() => numbers.zero_().Dispose();

    public void Dispose()
    {
        gradients.Dispose();
        numbers.Dispose();
    }
}
