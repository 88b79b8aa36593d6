using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private const int Head = 7;
        private const int MostDimensions = 16;

        public ScalarType dtype => (ScalarType)Info(0);

        public DeviceType device_type => (DeviceType)Info(1);

        public int device_index => (int)Info(2);

        public Device device => new(device_type, device_index);

        public long Dimensions => Info(3);

        public long ndim => Info(3);

        public long NumberOfElements => Info(4);

        public long ElementSize => Info(6);

        public bool is_leaf => (Info(5) & 2) != 0;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public long[] shape => Extents(0);

        public bool requires_grad
        {
            get => (Info(5) & 1) != 0;
            set
            {
                NativeMethods.Throw(NativeMethods.dt_set_requires_grad(Live, value ? 1 : 0));
                GC.KeepAlive(this);
            }
        }

        public long dim() => Info(3);

        public long numel() => Info(4);

        public long element_size() => Info(6);

        public bool is_contiguous() => (Info(5) & 4) != 0;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_floating_point() => dtype is ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16;

        public long[] size() => shape;

        public long size(int dim) => shape[dim < 0 ? dim + (int)Dimensions : dim];

        public long[] stride() => Extents(1);

        public long stride(int dim) => stride()[dim < 0 ? dim + (int)Dimensions : dim];

        private unsafe long Info(int what)
        {
            var info = stackalloc long[Head];
            NativeMethods.Throw(NativeMethods.dt_info(Live, info, Head));
            GC.KeepAlive(this);
            return info[what];
        }

        private unsafe long[] Extents(int which)
        {
            const int Capacity = Head + 2 * MostDimensions;
            var info = stackalloc long[Capacity];
            NativeMethods.Throw(NativeMethods.dt_info(Live, info, Capacity));
            GC.KeepAlive(this);
            var dimensions = (int)info[3];
            return dimensions <= MostDimensions
                ? new ReadOnlySpan<long>(info + Head + which * dimensions, dimensions).ToArray()
                : throw new NotSupportedException($"tensors of more than {MostDimensions} dimensions");
        }
    }
}
