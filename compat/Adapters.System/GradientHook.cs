using System.Runtime.InteropServices;
using TorchSharp.Modules;
using TorchSharp.Native;

namespace Distributed.Adapters;

/// <summary>A hook on a leaf, until it is disposed.</summary>
internal sealed class GradientHook : IDisposable
{
    private nint _hook;

    internal unsafe GradientHook(Parameter leaf, Action hook)
    {
        var context = GCHandle.ToIntPtr(GCHandle.Alloc(hook));
        try
        {
            NativeMethods.Throw(NativeMethods.dt_hook_add(leaf.Live, &Callbacks.RunHook, &Callbacks.Release, context, out _hook));
        }
        catch
        {
            GCHandle.FromIntPtr(context).Free();
            throw;
        }
        GC.KeepAlive(leaf);
    }

    public void Dispose()
    {
        if (_hook != 0)
            NativeMethods.dt_hook_remove(_hook);
        _hook = 0;
    }
}
