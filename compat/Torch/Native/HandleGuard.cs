namespace TorchSharp.Native;

/// <summary>
/// The safety net of a tensor that no dispose scope looks after: releases the handle when the tensor was forgotten.
/// Tensors in scopes do without, because an object with a finalizer costs several times another one.
/// </summary>
internal sealed class HandleGuard(nint handle) : IDisposable
{
    ~HandleGuard() => NativeMethods.dt_release(handle);

    /// <summary>The handle is released or watched by someone else from here on.</summary>
    public void Dispose() => GC.SuppressFinalize(this);
}
