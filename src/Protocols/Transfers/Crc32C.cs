using System.IO.Hashing;

namespace Distributed.Protocols.Transfers;

/// <summary>CRC-32C (Castagnoli, RFC 3720), and what System.IO.Hashing lacks: the checksum of two pieces put together, without their bytes.</summary>
public static class Crc32C
{
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 1u << 31;

    /// <summary>Checksum of <paramref name="data"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> data) => Crc32.HashToUInt32(Crc32ParameterSet.Crc32C, data);

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
