using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>
/// A list of raw handles in native memory, for calls over all parameters at once: filled once, no object per tensor and step.
/// It owns the references when it says so, and then releases them with <see cref="Clear"/>.
/// </summary>
internal sealed unsafe class HandleList : IDisposable
{
    private readonly bool _owns;
    private int _capacity;

    internal HandleList(bool owns) => _owns = owns;

    ~HandleList() => Free();

    internal nint* Pointer { get; private set; }
    internal int Count { get; private set; }

    internal void Add(nint handle)
    {
        if (Count == _capacity)
        {
            _capacity = Math.Max(16, _capacity * 2);
            Pointer = (nint*)NativeMemory.Realloc(Pointer, (nuint)(_capacity * sizeof(nint)));
        }
        Pointer[Count++] = handle;
    }

    internal void Clear()
    {
        if (_owns && Count > 0)
            NativeMethods.dt_release_many(Pointer, Count);
        Count = 0;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        Clear();
        NativeMemory.Free(Pointer);
        Pointer = null;
        _capacity = 0;
    }
}
