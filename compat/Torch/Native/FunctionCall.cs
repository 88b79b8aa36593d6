namespace TorchSharp.Native;

/// <summary>One call of a function with a backward pass of its own, as the graph keeps it; disposed with its node, or when the pass is over.</summary>
/// <param name="context">What the forward pass saved.</param>
/// <param name="isTensor">Which of the arguments were tensors: the inputs that the graph knows.</param>
/// <param name="backward">From the output's gradient to those of all arguments.</param>
internal sealed class FunctionCall(torch.autograd.AutogradContext context, bool[] isTensor, Func<torch.Tensor, List<torch.Tensor>> backward) : IDisposable
{
    /// <param name="gradient">Handle of the output's gradient; borrowed.</param>
    /// <param name="results">Takes owned handles, one for each input.</param>
    internal void Backward(nint gradient, Span<nint> results)
    {
        using var scope = torch.NewDisposeScope();
        var found = backward(new torch.Tensor(NativeMethods.dt_retain(gradient)));
        if (found.Count != isTensor.Length)
            throw new InvalidOperationException($"backward gives a gradient, or null, for each of the {isTensor.Length} arguments of forward; it gave {found.Count}");
        if (found.Where((tensor, i) => tensor is not null && !isTensor[i]).Any())
            throw new InvalidOperationException("backward gave a gradient for an argument that is no tensor");
        var input = 0;
        for (var i = 0; i < isTensor.Length; i++)
        {
            if (isTensor[i])
                results[input++] = found[i] is { } tensor ? NativeMethods.dt_retain(tensor.Live) : 0;
        }
    }

    public void Dispose() => context.Dispose();
}
