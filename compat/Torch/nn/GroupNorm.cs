using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static GroupNorm GroupNorm(long num_groups, long num_channels, double eps = 1e-05, bool affine = true, Device? device = null, ScalarType? dtype = null) =>
                new(num_groups, num_channels, eps, affine, device, dtype);

            public static partial class functional
            {
                public static Tensor group_norm(Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-05) =>
                    Op.Call(Ops.GroupNorm, [input, num_groups, weight, bias, eps]);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public sealed class GroupNorm : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private Parameter? _scale;
        private Parameter? _shift;

        internal GroupNorm(long groups, long channels, double eps, bool affine, torch.Device? device, torch.ScalarType? dtype)
            : base(nameof(GroupNorm))
        {
            if (groups < 1 || channels % groups != 0)
                throw new ArgumentException($"{groups} groups do not divide {channels} channels");
            (num_groups, this.eps, this.affine) = (groups, eps, affine);
            if (!affine)
                return;
            register_parameter(nameof(weight), _scale = Initial.Filled([channels], 1, device, dtype));
            register_parameter(nameof(bias), _shift = Initial.Filled([channels], 0, device, dtype));
        }

        public long num_groups { get; set; }

        public double eps { get; set; }

        public bool affine { get; set; }

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

        public override torch.Tensor forward(torch.Tensor tensor) => torch.nn.functional.group_norm(tensor, num_groups, _scale, _shift, eps);
    }
}
