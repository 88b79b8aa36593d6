using TorchSharp;
using static TorchSharp.torch;

namespace Distributed.Node.Merging;

/// <summary>Looks on while a model runs: what goes into each of its modules with one input and what comes out, in the order in which they end.</summary>
internal sealed class LayerWatch : IDisposable
{
    private readonly List<Action> removals = [];

    /// <summary>Begins to watch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="saw">Is given a module with its path in the model, its input and its output; the tensors are valid during the call.</param>
    public LayerWatch(nn.Module model, Action<string, nn.Module<Tensor, Tensor>, Tensor, Tensor> saw)
    {
        foreach (var (path, module) in model.named_modules().Prepend((name: "", module: model)))
        {
            if (module is nn.Module<Tensor, Tensor> layer)
            {
                var hook = layer.register_forward_hook((_, input, output) =>
                {
                    saw(path, layer, input, output);
                    return output;
                });
                removals.Add(hook.remove);
            }
        }
    }

    /// <summary>Looks away.</summary>
    public void Dispose() => removals.ForEach(remove => remove());
}
