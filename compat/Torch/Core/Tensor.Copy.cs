using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor clone() => Op.Call(Ops.Clone, [this]);
        public Tensor detach() => Op.Call(Ops.Detach, [this]);
        public Tensor detach_() => Op.RunOn(this, Ops.DetachIn, [this]);
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Op.RunOn(this, Ops.CopyTo, [this, source, nonBlocking]);
        public Tensor zero_() => Op.RunOn(this, Ops.Zero, [this]);
        public Tensor fill_(Scalar value) => Op.RunOn(this, Ops.FillScalar, [this, value]);
        public Tensor uniform_(double from, double to, Generator? generator = null) => Op.RunOn(this, Ops.UniformTo, [this, from, to, generator]);
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) => Op.RunOn(this, Ops.NormalTo, [this, mean, std, generator]);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Op.RunOn(this, Ops.BernoulliTo, [this, p, generator]);

        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, device, copy, disposeAfter, non_blocking);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, null, copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(null, device, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(null, new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(null, new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool non_blocking = false) => Convert(other.dtype, other.device, false, false, non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            Convert(type, null, copy, disposeAfter, non_blocking);

        public Tensor type(ScalarType dtype) => to_type(dtype);
        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);
        public Tensor cpu() => Convert(null, CPU, false, false, false);
        public Tensor cuda(Device? device = null, bool non_blocking = false) => Convert(null, device ?? CUDA, false, false, non_blocking);
        public Tensor @float() => to_type(ScalarType.Float32);
        public Tensor @double() => to_type(ScalarType.Float64);
        public Tensor @long() => to_type(ScalarType.Int64);
        public Tensor @int() => to_type(ScalarType.Int32);
        public Tensor @bool() => to_type(ScalarType.Bool);
        public Tensor half() => to_type(ScalarType.Float16);
        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        // aten::to.dtype_layout(self, dtype?, layout?, device?, pin_memory?, non_blocking, copy, memory_format?)
        private Tensor Convert(ScalarType? type, Device? device, bool copy, bool disposeAfter, bool nonBlocking)
        {
            var result = Op.Call(Ops.ToCopy, [this, type, default, device, default, nonBlocking, copy]);
            if (disposeAfter)
                Dispose();
            return result;
        }
    }
}
