using System.Runtime.InteropServices;

namespace Distributed.Algorithms.Merging.Permutations;

/// <summary>Copies a tensor with the places of its axes taken from elsewhere; the type of the elements does not matter.</summary>
internal static class TensorGather
{
    /// <param name="from">The elements, row-major.</param>
    /// <param name="to">Takes them; of the same length, not the same memory.</param>
    /// <param name="shape">Extents.</param>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="maps">For each axis where its places come from, null for a fixed axis.</param>
    public static void Run(ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<long> shape, int elementBytes, int[]?[] maps)
    {
        var last = Array.FindLastIndex(maps, map => map is not null);
        if (last < 0 || from.IsEmpty)
        {
            from.CopyTo(to);
            return;
        }
        var run = elementBytes;
        for (var axis = last + 1; axis < shape.Length; axis++) run *= (int)shape[axis];
        Walk(from, to, shape[..(last + 1)], run, maps, 0, 0, 0);
    }

    private static void Walk(
        ReadOnlySpan<byte> from, Span<byte> to, ReadOnlySpan<long> shape, int run, int[]?[] maps, int axis, int source, int target)
    {
        var (length, map) = ((int)shape[axis], maps[axis]);
        source *= length;
        target *= length;
        if (axis < shape.Length - 1)
        {
            for (var i = 0; i < length; i++) Walk(from, to, shape, run, maps, axis + 1, source + (map is null ? i : map[i]), target + i);
            return;
        }
        var read = from.Slice(source * run, length * run);
        var write = to.Slice(target * run, length * run);
        switch (run)
        {
            case 1: Pick(read, write, map!); break;
            case 2: Pick(MemoryMarshal.Cast<byte, ushort>(read), MemoryMarshal.Cast<byte, ushort>(write), map!); break;
            case 4: Pick(MemoryMarshal.Cast<byte, uint>(read), MemoryMarshal.Cast<byte, uint>(write), map!); break;
            case 8: Pick(MemoryMarshal.Cast<byte, ulong>(read), MemoryMarshal.Cast<byte, ulong>(write), map!); break;
            default:
                for (var i = 0; i < length; i++) read.Slice(map![i] * run, run).CopyTo(write[(i * run)..]);
                break;
        }
    }

    private static void Pick<T>(ReadOnlySpan<T> from, Span<T> to, int[] map)
    {
        for (var i = 0; i < map.Length; i++) to[i] = from[map[i]];
    }
}
