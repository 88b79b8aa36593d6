using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static LayerNorm LayerNorm(long normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new([normalized_shape], eps, elementwise_affine, bias, device, dtype);

            public static LayerNorm LayerNorm(long[] normalized_shape, double eps = 1e-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(normalized_shape, eps, elementwise_affine, bias, device, dtype);

            public static partial class functional
            {
                public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                    Op.Call(Ops.LayerNorm, [input, normalized_shape, weight, bias, eps]);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public sealed class LayerNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private Parameter? _scale;
        private Parameter? _shift;

        internal LayerNorm(long[] shape, double eps, bool affine, bool bias, torch.Device? device, torch.ScalarType? dtype)
            : base(nameof(LayerNorm))
        {
            (normalized_shape, this.eps, elementwise_affine) = (shape, eps, affine);
            if (!affine)
                return;
            register_parameter(nameof(weight), _scale = Initial.Filled(shape, 1, device, dtype));
            if (bias)
                register_parameter(nameof(this.bias), _shift = Initial.Filled(shape, 0, device, dtype));
        }

        public long[] normalized_shape { get; set; }

        public double eps { get; set; }

        public bool elementwise_affine { get; set; }

        public Parameter weight
        {
            get => _scale!;
            set => ConditionallyRegisterParameter(nameof(weight), _scale = value);
        }

        public Parameter? bias
        {
            get => _shift;
            set => ConditionallyRegisterParameter(nameof(bias), _shift = value);
        }

        public void reset_parameters()
        {
            if (_scale is not null)
                torch.nn.init.ones_(_scale);
            if (_shift is not null)
                torch.nn.init.zeros_(_shift);
        }

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.layer_norm(tensor, normalized_shape, _scale, _shift, eps);
    }
}
