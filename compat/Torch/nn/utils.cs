using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            /// <summary>Scales all gradients by one factor so that their common norm is at most <paramref name="max_norm"/>.</summary>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                Tensor[] gradients = [.. tensors.Select(t => t.grad).OfType<Tensor>()];
                if (gradients.Length == 0)
                    return 0;
                var norm = double.IsPositiveInfinity(norm_type)
                    ? stack(gradients.Select(g => g.abs().max())).max().ToDouble()
                    : stack(Op.CallMany(Ops.EachNorm, [gradients, norm_type])).norm((float)norm_type).ToDouble();
                var factor = max_norm / (norm + 1e-6);
                if (factor < 1)
                    Op.Run(Ops.EachMulScalar, [gradients, factor]);
                return norm;
            }

            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                foreach (var tensor in tensors)
                    tensor.grad?.clamp_(-clip_value, clip_value);
            }

            /// <summary>All values one after the other, as a copy.</summary>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                return cat([.. tensors.Select(t => t.view(-1))]).MoveToOuterDisposeScope();
            }

            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var off = no_grad();
                using var scope = NewDisposeScope();
                long start = 0;
                foreach (var tensor in tensors)
                {
                    tensor.copy_(vec.narrow(0, start, tensor.numel()).view(tensor.shape));
                    start += tensor.numel();
                }
            }
        }
    }
}
