using System.Runtime.InteropServices;
using Distributed.Algorithms.Tensors;

namespace Distributed.Bench.Aggregate;

/// <summary>A model in an array of numbers.</summary>
internal sealed class ArrayModel(float[] values) : ITensorReader, ITensorWriter
{
    public ReadOnlySpan<byte> Read(long offset, Span<byte> buffer) => MemoryMarshal.AsBytes(values.AsSpan()).Slice((int)offset, buffer.Length);

    public void Write(long offset, ReadOnlySpan<byte> bytes) => bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan())[(int)offset..]);
}
