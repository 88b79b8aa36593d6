using System.Runtime.CompilerServices;
using TorchSharp.Native;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The tensor's own memory: valid as long as the tensor lives. Contiguous tensors on the CPU only.</summary>
        public unsafe Span<byte> bytes
        {
            get => HostSpan<byte>(NumberOfElements * ElementSize);
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"the tensor has {target.Length} bytes, the value {value.Length}");
                value.CopyTo(target);
            }
        }

        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            CheckType<T>();
            return new TensorAccessor<T>(this);
        }

        public unsafe T item<T>()
            where T : unmanaged
        {
            CheckType<T>();
            if (NumberOfElements != 1)
                throw new ArgumentException($"item() needs a tensor with one element, this one has {NumberOfElements}");
            if (is_cpu())
                return Unsafe.ReadUnaligned<T>((void*)DataPointer());
            using var host = this.detach().cpu();
            return Unsafe.ReadUnaligned<T>((void*)host.DataPointer());
        }

        public float ReadCpuSingle(long i) => HostSpan<float>(NumberOfElements)[(int)i];

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024) => stream.Write(bytes);

        internal unsafe nint DataPointer()
        {
            void* pointer;
            NativeMethods.Throw(NativeMethods.dt_data_ptr(Live, &pointer));
            GC.KeepAlive(this);
            return (nint)pointer;
        }

        /// <summary>The memory as a span of the element type.</summary>
        internal unsafe Span<T> HostSpan<T>(long elements)
            where T : unmanaged
        {
            if (!is_cpu())
                throw new NotSupportedException("the tensor's memory is not on the CPU: copy it with cpu() first");
            if (!is_contiguous())
                throw new NotSupportedException("the tensor is not contiguous: copy it with contiguous() first");
            return new Span<T>((void*)DataPointer(), checked((int)elements));
        }

        internal Scalar ItemScalar()
        {
            unsafe
            {
                NativeValue value;
                NativeMethods.Throw(NativeMethods.dt_item(Live, &value));
                GC.KeepAlive(this);
                return Scalar.From(value);
            }
        }

        internal void CheckType<T>()
        {
            if (ElementTypes.Of(typeof(T)) is { } wanted && wanted != dtype)
                throw new ArgumentException($"the tensor's type is {dtype}, {typeof(T).Name} was asked for");
        }
    }
}
