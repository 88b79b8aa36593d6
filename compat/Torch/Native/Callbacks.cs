using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>What native code calls. Nothing may escape from here: an exception over the boundary ends the process.</summary>
internal static unsafe class Callbacks
{
    [ThreadStatic] private static Exception? s_failure;

    /// <summary>The exception of the hook or function that failed on this thread, for the exception that reports it.</summary>
    internal static Exception? TakeFailure()
    {
        var failure = s_failure;
        s_failure = null;
        return failure;
    }

    [UnmanagedCallersOnly]
    internal static int RunHook(nint context)
    {
        try
        {
            ((Action)GCHandle.FromIntPtr(context).Target!)();
            return 0;
        }
        catch (Exception e)
        {
            s_failure = e;
            return 1;
        }
    }

    [UnmanagedCallersOnly]
    internal static int RunBackward(nint context, nint gradient, nint* results, int count)
    {
        try
        {
            ((FunctionCall)GCHandle.FromIntPtr(context).Target!).Backward(gradient, new Span<nint>(results, count));
            return 0;
        }
        catch (Exception e)
        {
            s_failure = e;
            return 1;
        }
    }

    /// <summary>Lets go of what a native object kept alive; a disposable (pinned memory) is disposed.</summary>
    [UnmanagedCallersOnly]
    internal static void Release(nint context)
    {
        try
        {
            var handle = GCHandle.FromIntPtr(context);
            (handle.Target as IDisposable)?.Dispose();
            handle.Free();
        }
        catch (Exception)
        {
            // Nobody to tell: the native side is in a destructor.
        }
    }
}
