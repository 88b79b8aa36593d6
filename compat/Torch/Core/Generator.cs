using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A stream of random numbers.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            NativeMethods.Throw(NativeMethods.dt_generator_new((int)this.device.type, this.device.index, seed, out _handle));
        }

        private Generator(nint handle) => (_handle, device) = (handle, CPU);

        ~Generator() => Dispose(false);

        public static Generator Default
        {
            get
            {
                NativeMethods.Throw(NativeMethods.dt_generator_default(out var handle));
                return new Generator(handle);
            }
        }

        public Device device { get; }

        public IntPtr Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        public Generator manual_seed(long seed)
        {
            NativeMethods.Throw(NativeMethods.dt_generator_seed(Handle, (ulong)seed));
            return this;
        }

        public long initial_seed()
        {
            NativeMethods.Throw(NativeMethods.dt_generator_initial_seed(Handle, out var seed));
            return (long)seed;
        }

        public Tensor get_state()
        {
            NativeMethods.Throw(NativeMethods.dt_generator_state(Handle, out var state));
            return new Tensor(state);
        }

        public void set_state(Tensor value)
        {
            NativeMethods.Throw(NativeMethods.dt_generator_set_state(Handle, value.Live));
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle != 0)
                NativeMethods.dt_generator_free(_handle);
            _handle = 0;
        }
    }
}
