using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                new([kernel_size, kernel_size], Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static MaxPool2d MaxPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, (long, long)? dilation = null, bool ceil_mode = false) =>
                new([kernel_size.Item1, kernel_size.Item2], Pair(stride), Pair(padding), Pair(dilation), ceil_mode);

            public static AvgPool2d AvgPool2d(long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                new([kernel_size, kernel_size], Pair(stride), Pair(padding), ceil_mode, count_include_pad, divisor_override);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new([output_size, output_size]);

            public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size) => new([output_size.Item1, output_size.Item2]);

            private static long[]? Pair(long? both) => both is { } b ? [b, b] : null;

            private static long[]? Pair((long, long)? pair) => pair is { } p ? [p.Item1, p.Item2] : null;

            public static partial class functional
            {
                public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null, bool ceil_mode = false) =>
                    Op.Call(Ops.MaxPool2d, [input, kernel_size, stride ?? kernel_size, padding ?? 0, dilation ?? 1, ceil_mode]);

                public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[] strides = null!, long[] padding = null!, long[] dilation = null!, bool ceil_mode = false) =>
                    Op.Call(Ops.MaxPool2d, [input, kernel_size, strides ?? kernel_size, padding ?? s_zeros, dilation ?? s_ones, ceil_mode]);

                public static Tensor avg_pool2d(Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                    Op.Call(Ops.AvgPool2d, [input, kernel_size, stride ?? kernel_size, padding, ceil_mode, count_include_pad, divisor_override]);

                public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) => Op.Call(Ops.AdaptiveAvgPool2d, [input, output_size]);

                public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) => Op.Call(Ops.AdaptiveAvgPool2d, [input, output_size]);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public sealed class MaxPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal MaxPool2d(long[] kernel, long[]? stride, long[]? padding, long[]? dilation, bool ceil)
            : base(nameof(MaxPool2d)) =>
            (kernel_size, this.stride, this.padding, this.dilation, ceil_mode) = (kernel, stride ?? kernel, padding ?? [0, 0], dilation ?? [1, 1], ceil);

        public long[] kernel_size { get; set; }

        public long[] stride { get; set; }

        public long[] padding { get; set; }

        public long[] dilation { get; set; }

        public bool ceil_mode { get; set; }

        public override torch.Tensor forward(torch.Tensor input) =>
            Op.Call(Ops.MaxPool2d, [input, kernel_size, stride, padding, dilation, ceil_mode]);
    }

    public sealed class AvgPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal AvgPool2d(long[] kernel, long[]? stride, long[]? padding, bool ceil, bool countPad, long? divisor)
            : base(nameof(AvgPool2d))
        {
            (kernel_size, this.stride, this.padding) = (kernel, stride ?? kernel, padding ?? [0, 0]);
            (ceil_mode, count_include_pad, divisor_override) = (ceil, countPad, divisor);
        }

        public long[] kernel_size { get; set; }

        public long[] stride { get; set; }

        public long[] padding { get; set; }

        public bool ceil_mode { get; set; }

        public bool count_include_pad { get; set; }

        public long? divisor_override { get; set; }

        public override torch.Tensor forward(torch.Tensor input) =>
            Op.Call(Ops.AvgPool2d, [input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override]);
    }

    public sealed class AdaptiveAvgPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
    {
        internal AdaptiveAvgPool2d(long[] outputSize)
            : base(nameof(AdaptiveAvgPool2d)) => output_size = outputSize;

        public long[] output_size { get; set; }

        public override torch.Tensor forward(torch.Tensor input) => Op.Call(Ops.AdaptiveAvgPool2d, [input, output_size]);
    }
}
