using System.Numerics;

namespace Distributed.Collectives.Groups;

/// <summary>
/// Numbers at a fixed place in memory: a tensor's storage, or an array that the caller has pinned. They must stay there, and nobody else may touch them, until
/// the operation that was given them has ended.
/// </summary>
/// <param name="Address">Of the first element; a multiple of the element's size.</param>
/// <param name="Count">How many, 0 or more.</param>
/// <param name="Type">What they are.</param>
public readonly record struct Elements(nint Address, long Count, ElementType Type)
{
    /// <summary>Their size in bytes.</summary>
    public long Bytes => Count * ElementBytes;

    internal int ElementBytes => Type switch
    {
        ElementType.Float32 => sizeof(float),
        ElementType.BFloat16 => sizeof(ushort),
        _ => sizeof(long),
    };

    internal Elements Slice(long start, long count) => this with { Address = Address + (nint)(start * ElementBytes), Count = count };

    internal unsafe void CopyTo(nint target) => Buffer.MemoryCopy((void*)Address, (void*)target, Bytes, Bytes);

    internal void Check(string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Count, name);
        if (!Enum.IsDefined(Type)) throw new ArgumentOutOfRangeException(name, Type, "no such element type");
        if (Count > 0 && (Address == 0 || BitOperations.TrailingZeroCount(Address) < BitOperations.Log2((uint)ElementBytes)))
            throw new ArgumentException($"{Count} elements at address {Address:x}: it must be a multiple of {ElementBytes}", name);
    }
}
