namespace Distributed.Node.Data.Random;

/// <summary>Gamma and Dirichlet variates by the method of Marsaglia and Tsang (2000).</summary>
internal static class GammaSampler
{
    /// <summary>A draw from the symmetric Dirichlet distribution: positive shares that add up to 1.</summary>
    /// <param name="stream">Where the numbers come from.</param>
    /// <param name="alpha">Concentration, above 0; small values give nearly everything to one share.</param>
    /// <param name="count">Number of shares.</param>
    public static double[] Dirichlet(ref RandomStream stream, double alpha, int count)
    {
        // In logarithms, because Gamma(0.01) underflows often and 0 / 0 would follow.
        var logs = new double[count];
        for (var i = 0; i < count; i++)
        {
            logs[i] = LogGamma(ref stream, alpha);
        }

        var largest = logs.Max();
        var shares = Array.ConvertAll(logs, log => PortableMath.Exp(log - largest));
        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }

    // The logarithm of a Gamma(alpha, 1) variate. Below 1: Gamma(alpha) = Gamma(alpha + 1) · U^(1 / alpha).
    private static double LogGamma(ref RandomStream stream, double alpha)
    {
        var boost = alpha < 1 ? PortableMath.Log(1 - stream.NextDouble()) / alpha : 0;
        var d = (alpha < 1 ? alpha + 1 : alpha) - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(ref stream);
            var v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (PortableMath.Log(1 - stream.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * PortableMath.Log(v)))
            {
                return PortableMath.Log(d) + PortableMath.Log(v) + boost;
            }
        }
    }

    // Marsaglia's polar method; the second variate of a pair is dropped, which keeps the stream free of hidden state.
    private static double Normal(ref RandomStream stream)
    {
        while (true)
        {
            var u = stream.NextDouble(-1, 1);
            var v = stream.NextDouble(-1, 1);
            var s = (u * u) + (v * v);
            if (s is > 0 and < 1)
            {
                return u * Math.Sqrt(-2 * PortableMath.Log(s) / s);
            }
        }
    }
}
