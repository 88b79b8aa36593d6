using System.Runtime.InteropServices;

namespace Distributed.Collectives.Groups;

/// <summary>Memory of its own for as many elements as the given ones.</summary>
internal sealed unsafe class Scratch : IDisposable
{
    internal Scratch(Elements like) => Elements = like with { Address = (nint)NativeMemory.AlignedAlloc((nuint)Math.Max(64, like.Bytes), 64) };

    internal Elements Elements { get; }

    public void Dispose() => NativeMemory.AlignedFree((void*)Elements.Address);
}
