using System.Numerics;
using System.Runtime.InteropServices;

namespace Distributed.Protocols.Transfers;

/// <summary>CRC-32C (Castagnoli, RFC 3720), with the processor's instruction where it has one.</summary>
public static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 1u << 31;
    private const int LaneWords = 128;

    // What one lane of zeros does to a checksum: multiplication by x^(8 * bytes) modulo the polynomial.
    private static readonly uint LaneShift = Shift(LaneWords * sizeof(ulong));

    /// <summary>Checksum of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>Checksum of what <paramref name="crc"/> covers followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        var tail = data[(words.Length * sizeof(ulong))..];

        // The instruction takes three cycles and starts every cycle: three lanes side by side keep it busy.
        for (; words.Length >= 3 * LaneWords; words = words[(3 * LaneWords)..])
        {
            crc = ThreeLanes(crc, words[..LaneWords], words.Slice(LaneWords, LaneWords), words.Slice(2 * LaneWords, LaneWords));
        }

        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var value in tail)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    /// <summary>Checksum of A followed by B, from the checksums of both and the length of B, without the bytes.</summary>
    /// <param name="first">Checksum of A.</param>
    /// <param name="second">Checksum of B.</param>
    /// <param name="secondShift"><see cref="Shift"/> of the number of bytes in B.</param>
    public static uint Combine(uint first, uint second, uint secondShift) => Multiply(secondShift, first) ^ second;

    /// <summary>The factor for <see cref="Combine"/> that stands for <paramref name="bytes"/> bytes: x^(8 bytes) modulo the polynomial.</summary>
    /// <param name="bytes">Number of bytes, 0 or more.</param>
    public static uint Shift(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var result = One;
        var square = One >> 8;
        for (; bytes > 0; bytes >>= 1)
        {
            result = (bytes & 1) == 1 ? Multiply(square, result) : result;
            square = Multiply(square, square);
        }

        return result;
    }

    private static uint ThreeLanes(uint crc, ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second, ReadOnlySpan<ulong> third)
    {
        uint a = crc, b = 0, c = 0;
        for (var i = 0; i < LaneWords; i++)
        {
            a = BitOperations.Crc32C(a, first[i]);
            b = BitOperations.Crc32C(b, second[i]);
            c = BitOperations.Crc32C(c, third[i]);
        }

        return Combine(Combine(a, b, LaneShift), c, LaneShift);
    }

    // Polynomials over GF(2), lowest degree in the highest bit, as the checksum has them. No branch depends on the data.
    private static uint Multiply(uint left, uint right)
    {
        uint product = 0;
        for (var bit = 31; bit >= 0; bit--)
        {
            product ^= right & (0u - ((left >> bit) & 1));
            right = (right >> 1) ^ (Polynomial & (0u - (right & 1)));
        }

        return product;
    }
}
