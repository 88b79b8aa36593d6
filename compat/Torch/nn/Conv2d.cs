using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), null, (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, kernel_size, stride ?? (1, 1), padding ?? (0, 0), null, dilation ?? (1, 1), padding_mode, groups, bias, device, dtype);

            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
                new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (0, 0), padding, (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static partial class functional
            {
                public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[] strides = null!, long[] padding = null!, long[] dilation = null!, long groups = 1) =>
                    Op.Call(Ops.Conv2d, [input, weight, bias, strides ?? s_ones, padding ?? s_zeros, dilation ?? s_ones, groups]);

                private static readonly long[] s_ones = [1, 1];
                private static readonly long[] s_zeros = [0, 0];
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(
            long inChannels, long outChannels, (long, long) kernel, (long, long) stride, (long, long) padding, Padding? named, (long, long) dilation,
            PaddingModes mode, long groups, bool bias, torch.Device? device, torch.ScalarType? dtype)
            : base(
                nameof(Conv2d),
                new Geometry(inChannels, outChannels, Pair(kernel), Pair(stride), Pair(padding), named, Pair(dilation), groups, mode),
                bias, device, dtype)
        {
        }

        public override torch.Tensor forward(torch.Tensor input) => padding_type is { } named
            ? Op.Call(Ops.Conv2dNamed, [input, weight, bias, stride, named == Padding.Same ? "same" : "valid", dilation, groups])
            : Op.Call(Ops.Conv2d, [input, weight, bias, stride, padding, dilation, groups]);

        private static long[] Pair((long First, long Second) pair) => [pair.First, pair.Second];
    }
}
