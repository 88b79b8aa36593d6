using System.Runtime.InteropServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a function's forward pass leaves to its backward pass.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = [];
            private List<Tensor> _saved = [];

            internal AutogradContext()
            {
            }

            /// <summary>Keeps inputs and intermediate tensors; not the output, which would keep itself alive.</summary>
            public void save_for_backward(List<Tensor> tensors) => _saved = [.. tensors.Select(tensor => tensor.alias().DetachFromDisposeScope())];

            public List<Tensor> get_saved_variables() => [.. _saved.Select(tensor => tensor.alias())];

            public void save_data(string key, object value) => _data[key] = value;

            public object get_data(string key) => _data.GetValueOrDefault(key)!;

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                _saved.ForEach(tensor => tensor.Dispose());
                _saved = [];
            }
        }

        /// <summary>An operation with a backward pass of its own.</summary>
        public abstract class Function<T>
            where T : Function<T>, new()
        {
            private static readonly T s_function = new();

            public abstract string Name { get; }

            public static unsafe List<Tensor> apply_internal(params object[] vars)
            {
                var context = new AutogradContext();
                var inputs = vars.OfType<Tensor>().ToArray();
                Tensor output;
                using (no_grad())
                    output = s_function.Forward(context, vars);
                if (!is_grad_enabled() || !inputs.Any(input => input.requires_grad))
                {
                    context.Dispose();
                    return [output];
                }

                var call = GCHandle.Alloc(new FunctionCall(context, Array.ConvertAll(vars, var => var is Tensor), gradient => s_function.Backward(context, gradient)));
                try
                {
                    fixed (nint* handles = Array.ConvertAll(inputs, input => input.Live))
                    {
                        NativeMethods.Throw(NativeMethods.dt_function(
                            handles, inputs.Length, output.Live, &Callbacks.RunBackward, &Callbacks.Release, GCHandle.ToIntPtr(call)));
                    }
                }
                catch
                {
                    call.Free();
                    context.Dispose();
                    throw;
                }
                GC.KeepAlive(inputs);
                return [output];
            }

            private protected abstract Tensor Forward(AutogradContext ctx, object[] vars);

            private protected abstract List<Tensor> Backward(AutogradContext ctx, Tensor gradient);
        }

        /// <summary>An operation with one output. Derive from it, and call <see cref="apply"/>.</summary>
        public abstract class SingleTensorFunction<T> : Function<T>
            where T : SingleTensorFunction<T>, new()
        {
            public static Tensor apply(params object[] vars) => apply_internal(vars)[0];

            /// <summary>Computes the output, without recording: a new tensor.</summary>
            public abstract Tensor forward(AutogradContext ctx, params object[] vars);

            /// <summary>From the output's gradient to one for each argument of forward; null where there is none.</summary>
            public abstract List<Tensor> backward(AutogradContext ctx, Tensor grad_output);

            private protected sealed override Tensor Forward(AutogradContext ctx, object[] vars) => forward(ctx, vars);

            private protected sealed override List<Tensor> Backward(AutogradContext ctx, Tensor gradient) => backward(ctx, gradient);
        }
    }
}
