using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Distributed.Collectives.SharedMemory;

/// <summary>A number in shared memory that others wait for. Its two words lie on cache lines of their own.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal unsafe struct Signal
{
    [FieldOffset(0)]
    private int _value;

    [FieldOffset(64)]
    private int _sleepers;

    internal int Value => Volatile.Read(ref _value);

    private int* Word => (int*)Unsafe.AsPointer(ref _value);

    internal void Set(int value)
    {
        // Exchange and increment are full fences: either the sleeper sees the new value or we see the sleeper.
        Interlocked.Exchange(ref _value, value);
        if (Volatile.Read(ref _sleepers) != 0) Wake();
    }

    internal void Wake() => Linux.Wake(Word);

    /// <summary>Ends when the value is another, when woken, or when the time is over.</summary>
    internal void Sleep(int seen, TimeSpan most)
    {
        Interlocked.Increment(ref _sleepers);
        Linux.Sleep(Word, seen, most);
        Interlocked.Decrement(ref _sleepers);
    }
}
