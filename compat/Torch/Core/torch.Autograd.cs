using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static bool is_grad_enabled() => NativeMethods.dt_grad_mode() != 0;

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static DisposeScope NewDisposeScope() => new();

    public static DisposeScope? CurrentDisposeScope => DisposeScope.Current;

    public static partial class autograd
    {
        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null!) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        public static unsafe void backward(IList<Tensor> tensors, IList<Tensor> grad_tensors = null!, bool? retain_graph = null, bool create_graph = false, IList<Tensor> inputs = null!)
        {
            var (roots, gradients, leaves) = (Handles(tensors)!, Handles(grad_tensors), Handles(inputs) ?? []);
            fixed (nint* r = roots)
            fixed (nint* g = gradients)
            fixed (nint* i = leaves)
            {
                NativeMethods.Throw(NativeMethods.dt_backward(r, g, roots.Length, (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0, i, leaves.Length));
            }
            GC.KeepAlive((tensors, grad_tensors, inputs));
        }

        public static unsafe IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor> grad_outputs = null!, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            var (roots, gradients, leaves) = (Handles(outputs)!, Handles(grad_outputs), Handles(inputs)!);
            var results = new nint[leaves.Length];
            fixed (nint* r = roots)
            fixed (nint* g = gradients)
            fixed (nint* i = leaves)
            fixed (nint* o = results)
            {
                NativeMethods.Throw(NativeMethods.dt_autograd_grad(
                    r, g, roots.Length, i, leaves.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, o));
            }
            GC.KeepAlive((outputs, grad_outputs, inputs));
            return Array.ConvertAll(results, h => h == 0 ? null! : new Tensor(h));
        }

        private static nint[]? Handles(IList<Tensor>? tensors) => tensors?.Select(t => t.Live).ToArray();
    }

    /// <summary>Switches the recording of gradients on this thread until it is disposed.</summary>
    private sealed class GradMode(bool on) : IDisposable
    {
        private readonly int _before = NativeMethods.dt_set_grad_mode(on ? 1 : 0);
        private bool _disposed;

        public void Dispose()
        {
            if (_disposed)
                return;
            _disposed = true;
            _ = NativeMethods.dt_set_grad_mode(_before);
        }
    }
}
