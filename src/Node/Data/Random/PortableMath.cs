namespace Distributed.Node.Data.Random;

/// <summary>
/// Logarithm and exponential from additions, multiplications and divisions alone. The system's own differ in the last bit between C libraries, and a
/// partition must be the same on every node.
/// </summary>
internal static class PortableMath
{
    private const double Ln2 = 0.693147180559945309417;

    /// <summary>Natural logarithm of a positive normal number, within a few units in the last place.</summary>
    public static double Log(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFFL) | (1023L << 52));
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }

        // log m = 2 artanh((m - 1) / (m + 1)); the argument is at most 0.172, so 12 odd terms reach double precision.
        var t = (mantissa - 1) / (mantissa + 1);
        var square = t * t;
        var sum = 0.0;
        for (var k = 23; k >= 1; k -= 2)
        {
            sum = (sum * square) + (1.0 / k);
        }

        return (exponent * Ln2) + (2 * t * sum);
    }

    /// <summary>e to the power of <paramref name="value"/>; 0 below -700.</summary>
    public static double Exp(double value)
    {
        if (value < -700)
        {
            return 0;
        }

        var exponent = (int)Math.Round(value / Ln2);
        var rest = value - (exponent * Ln2);
        var sum = 1.0;
        for (var k = 16; k >= 1; k--)
        {
            sum = 1 + (sum * rest / k);
        }

        return sum * BitConverter.Int64BitsToDouble((exponent + 1023L) << 52);
    }
}
