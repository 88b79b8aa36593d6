using Distributed.Node.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>A layer with weights whose outputs a correction can map: its map goes into its weights and bias.</summary>
/// <param name="Path">Where it stands in the model.</param>
/// <param name="Weight">Name of its weights, one row for each channel.</param>
/// <param name="Bias">Name of its bias.</param>
/// <param name="Channels">Number of channels.</param>
internal sealed record ProbedLayer(string Path, string Weight, string Bias, int Channels)
{
    /// <summary>
    /// The layers in the order in which data passes them, as one batch shows it. Left out are the last one, which gives the outputs, those
    /// whose outputs BatchNorm normalises again, and those without a bias that could take a shift.
    /// </summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="run">Runs it on some examples.</param>
    public static IReadOnlyList<ProbedLayer> Find(nn.Module model, Action run)
    {
        var names = Names(model);
        var seen = new List<(ProbedLayer? Layer, Tensor Output)>();
        var normalised = new HashSet<object>(ReferenceEqualityComparer.Instance);
        using (new LayerWatch(model, (path, module, input, output) =>
        {
            if (module is BatchNorm1d or BatchNorm2d)
            {
                normalised.Add(input);
            }
            else if (TensorsOf(module) is { } tensors)
            {
                seen.Add((tensors.Bias is null ? null : new ProbedLayer(path, names[tensors.Weight], names[tensors.Bias], (int)tensors.Weight.shape[0]), output));
            }
        }))
        {
            run();
        }

        // A layer that is used twice cannot be mapped for one of its uses alone.
        return [.. seen.SkipLast(1).Where(layer => !normalised.Contains(layer.Output)).Select(layer => layer.Layer).OfType<ProbedLayer>()
            .GroupBy(layer => layer.Weight).Where(uses => uses.Count() == 1).Select(uses => uses.Single())];
    }

    /// <summary>The names of the weights of the model's layers.</summary>
    public static Dictionary<nn.Module, string> Weights(nn.Module model)
    {
        var names = Names(model);
        return model.modules().Prepend(model).Distinct().Where(module => TensorsOf(module) is not null)
            .ToDictionary(module => module, module => names[TensorsOf(module)!.Value.Weight]);
    }

    private static Dictionary<object, string> Names(nn.Module model)
    {
        var names = new Dictionary<object, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, parameter) in model.named_parameters())
        {
            names[parameter] = name;
        }

        return names;
    }

    private static (Parameter Weight, Parameter? Bias)? TensorsOf(nn.Module module) => module switch
    {
        Linear linear => (linear.weight, linear.bias),
        Conv2d conv => (conv.weight, conv.bias),
        FilledConv2d conv => (conv.Weight, conv.Bias),
        _ => null,
    };
}
