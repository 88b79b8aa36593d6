using System.Runtime.InteropServices;
using Distributed.Node.Data.Random;
using TorchSharp;

namespace Distributed.Node.Models;

/// <summary>Initial parameters from the run's own random streams, so that they do not depend on the engine's generator or its state.</summary>
public static class InitialParameters
{
    /// <summary>
    /// Weights of rank 2 and more, and the bias beside them: uniform within 1 / sqrt(fan-in), PyTorch's choice for linear and convolutional layers. Other
    /// parameters (scales and shifts of normalisation layers) and buffers keep what the module was built with.
    /// </summary>
    /// <param name="model">The model to fill; its parameters are 32-bit floats on the CPU.</param>
    /// <param name="seed">The run's seed.</param>
    public static void UniformByFanIn(torch.nn.Module model, int seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        var bounds = new Dictionary<string, double>(StringComparer.Ordinal);
        var parameters = model.named_parameters().ToArray();
        foreach (var (name, parameter) in parameters.Where(pair => pair.parameter.dim() >= 2))
        {
            var shape = parameter.shape;
            var fanIn = shape.Skip(1).Aggregate(1L, (product, extent) => product * extent);
            bounds[LayerOf(name)] = 1 / Math.Sqrt(Math.Max(1, fanIn));
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            if (bounds.TryGetValue(LayerOf(parameters[i].name), out var bound))
            {
                Fill(parameters[i].parameter, new RandomStream(seed, RandomPurpose.InitialModel, i), bound);
            }
        }
    }

    private static void Fill(torch.Tensor parameter, RandomStream stream, double bound)
    {
        foreach (ref var value in MemoryMarshal.Cast<byte, float>(parameter.bytes))
        {
            value = (float)stream.NextDouble(-bound, bound);
        }
    }

    private static string LayerOf(string name) => name[..Math.Max(0, name.LastIndexOf('.'))];
}
