namespace Distributed.Algorithms.Merging.Residuals;

/// <summary>Numbers in few bits: x ≈ low + code × step, with low the smallest and step a 2^bits - 1-th of the range.</summary>
/// <param name="Low">The smallest number.</param>
/// <param name="Step">The distance of two codes; 0 where all numbers are equal.</param>
/// <param name="Bits">Bits of a code, from 1 to 16.</param>
/// <param name="Packed">The codes one behind the other, the lowest bit first; the last byte is filled with zeros.</param>
internal sealed record UniformQuantizer(double Low, double Step, int Bits, byte[] Packed)
{
    public static UniformQuantizer Encode(ReadOnlySpan<double> values, int bits)
    {
        var (low, high) = values.IsEmpty ? (0, 0) : (values[0], values[0]);
        foreach (var x in values) (low, high) = (Math.Min(low, x), Math.Max(high, x));
        var most = (1 << bits) - 1;
        var step = (high - low) / most;
        var packed = new byte[PackedBytes(values.Length, bits)];
        for (var i = 0; i < values.Length; i++)
        {
            var code = step > 0 ? (int)Math.Clamp(Math.Round((values[i] - low) / step), 0, most) : 0;
            for (var (bit, at) = (0, (long)i * bits); bit < bits; bit++, at++)
                packed[at >> 3] |= (byte)(((code >> bit) & 1) << (int)(at & 7));
        }
        return new UniformQuantizer(low, step, bits, packed);
    }

    /// <summary>Bytes that so many codes take.</summary>
    public static long PackedBytes(long count, int bits) => ((count * bits) + 7) / 8;

    public int Code(long index)
    {
        var code = 0;
        for (var (bit, at) = (0, index * Bits); bit < Bits; bit++, at++) code |= ((Packed[at >> 3] >> (int)(at & 7)) & 1) << bit;
        return code;
    }

    /// <summary>The numbers again.</summary>
    public void Decode(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++) values[i] = Low + (Code(i) * Step);
    }
}
