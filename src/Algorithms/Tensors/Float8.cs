namespace Distributed.Algorithms.Tensors;

/// <summary>
/// Floats of 8 bits (Micikevicius et al. 2022), rounded to nearest, ties to even. A number beyond the largest becomes the largest: E4M3 has no infinity, and a
/// model is better off with a clipped weight.
/// </summary>
internal sealed class Float8
{
    private const int Codes = 256;
    private const byte Sign = 0x80;

    private readonly double[] _values = new double[Codes];
    private readonly int _mantissaBits;
    private readonly int _leastExponent;
    private readonly byte _largest;

    /// <param name="mantissaBits">Bits of the mantissa, without the hidden one.</param>
    /// <param name="bias">What the stored exponent exceeds the real one by.</param>
    /// <param name="largest">The code of the largest finite number.</param>
    /// <param name="infinity">The code of infinity; null where there is none.</param>
    private Float8(int mantissaBits, int bias, byte largest, byte? infinity)
    {
        (_mantissaBits, _leastExponent, _largest) = (mantissaBits, 1 - bias, largest);
        for (var code = 0; code < Codes; code++)
        {
            var (magnitude, mantissa) = (code & ~Sign, code & ((1 << mantissaBits) - 1));
            var exponent = magnitude >> mantissaBits;
            var value = magnitude > largest ? magnitude == infinity ? double.PositiveInfinity : double.NaN
                : Math.ScaleB(exponent == 0 ? mantissa : mantissa + (1 << mantissaBits), Math.Max(exponent, 1) - bias - mantissaBits);
            _values[code] = (code & Sign) == 0 ? value : -value;
        }
    }

    public static Float8 E4M3 { get; } = new(mantissaBits: 3, bias: 7, largest: 0x7E, infinity: null);

    public static Float8 E5M2 { get; } = new(mantissaBits: 2, bias: 15, largest: 0x7B, infinity: 0x7C);

    public void Widen(ReadOnlySpan<byte> codes, Span<double> wide)
    {
        for (var i = 0; i < codes.Length; i++) wide[i] = _values[codes[i]];
    }

    public void Narrow(ReadOnlySpan<double> wide, double scale, Span<byte> codes)
    {
        for (var i = 0; i < codes.Length; i++) codes[i] = Code(wide[i] * scale);
    }

    public long CountNonFinite(ReadOnlySpan<byte> codes)
    {
        long count = 0;
        foreach (var code in codes) count += (code & ~Sign) > _largest ? 1 : 0;
        return count;
    }

    private byte Code(double value)
    {
        var sign = double.IsNegative(value) ? Sign : (byte)0;
        // NaN is the highest code of both types.
        if (double.IsNaN(value)) return (byte)(sign | ~Sign & 0xFF);
        var magnitude = Math.Abs(value);
        if (magnitude >= _values[_largest]) return (byte)(sign | _largest);
        var exponent = magnitude == 0 ? _leastExponent : Math.Max(Math.ILogB(magnitude), _leastExponent);
        // A mantissa that is rounded up to the next power of two carries into the exponent by itself; a denormal lacks the hidden bit.
        var mantissa = (int)Math.Round(Math.ScaleB(magnitude, _mantissaBits - exponent), MidpointRounding.ToEven);
        return (byte)(sign | (((exponent - _leastExponent) << _mantissaBits) + mantissa));
    }
}
