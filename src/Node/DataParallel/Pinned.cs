using System.Runtime.InteropServices;
using Distributed.Collectives.Groups;

namespace Distributed.Node.DataParallel;

/// <summary>Arrays that were allocated pinned, as a process group takes them.</summary>
internal static class Pinned
{
    public static Elements Of(double[] numbers) => new(Marshal.UnsafeAddrOfPinnedArrayElement(numbers, 0), numbers.Length, ElementType.Float64);

    public static Elements Of(long[] numbers) => new(Marshal.UnsafeAddrOfPinnedArrayElement(numbers, 0), numbers.Length, ElementType.Int64);
}
