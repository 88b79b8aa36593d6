using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Moves or converts parameters and buffers in place; integer tensors keep their type.</summary>
            internal void Move(ScalarType? type, Device? device)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                foreach (var parameter in parameters())
                    parameter.Become(parameter.Moved(type, device));
                foreach (var buffer in buffers())
                    buffer.Become(buffer.Moved(type, device));
            }
        }
    }

    public partial class Tensor
    {
        internal Tensor Moved(ScalarType? type, Device? device) => to(is_floating_point() ? type ?? dtype : dtype, device ?? this.device);

        /// <summary>Takes over another tensor's identity, keeping the object (and so its place in modules and optimizers).</summary>
        internal void Become(Tensor other)
        {
            if (other.Live == Live)
                return;
            var trained = requires_grad;
            using var detached = other.detach();
            var handle = Native.NativeMethods.dt_retain(detached.Live);
            var scope = Scope;
            Dispose(true);
            _handle = handle;
            if (scope is null)
                _guard = new Native.HandleGuard(handle);
            else
                scope.Take(this);
            if (trained)
                requires_grad = true;
        }
    }
}
