using TorchSharp.Native;

namespace TorchSharp.Modules;

/// <summary>A tensor that a module trains. It lives as long as its module, not as long as a dispose scope.</summary>
public class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Share(data), scoped: false)
    {
        if (requires_grad)
            this.requires_grad = true;
    }

    // Another tensor over the same memory, outside of any graph: what python's Parameter does.
    private static nint Share(torch.Tensor data)
    {
        using var detached = data.detach();
        return NativeMethods.dt_retain(detached.Live);
    }
}
