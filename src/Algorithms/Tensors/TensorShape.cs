namespace Distributed.Algorithms.Tensors;

/// <summary>Arithmetic on shapes that come from outside.</summary>
internal static class TensorShape
{
    private const int ByteBits = 8;

    /// <summary>The product of the extents, provided that it and its size in bytes fit a <see cref="long"/> and that its bytes are whole.</summary>
    public static bool TryCount(ReadOnlySpan<long> shape, TensorDType type, out long elements)
    {
        // A zero extent makes the tensor empty, but must not hide an overflow of the others: [2^40, 2^40, 0] is refused too.
        long product = 1;
        var elementBytes = Math.Max(1, type.SizeInBits() / ByteBits);
        var empty = false;
        foreach (var extent in shape)
        {
            elements = 0;
            if (extent < 0) return false;
            empty |= extent == 0;
            if (extent > 1 && product > long.MaxValue / elementBytes / extent) return false;
            product *= Math.Max(extent, 1);
        }
        elements = empty ? 0 : product;
        return elements % ByteBits * type.SizeInBits() % ByteBits == 0;
    }

    /// <summary>Bytes of as many elements, which fill them.</summary>
    public static long ByteLength(long elements, TensorDType type) =>
        (elements / ByteBits * type.SizeInBits()) + (elements % ByteBits * type.SizeInBits() / ByteBits);
}
