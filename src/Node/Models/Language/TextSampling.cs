using Distributed.Node.Data.Random;

namespace Distributed.Node.Models.Language;

/// <summary>How each next token is chosen.</summary>
/// <param name="Length">Tokens to write, at least 0.</param>
/// <param name="Temperature">What scores are divided by; 0: always the likeliest token.</param>
/// <param name="TopK">Only the so many likeliest tokens; 0: all.</param>
/// <param name="Seed">Seed of the choice.</param>
public sealed record TextSampling(int Length = 500, double Temperature = 1, int TopK = 0, int Seed = 1)
{
    /// <summary>Draws a token.</summary>
    /// <param name="scores">One for each token, not normalised.</param>
    /// <param name="stream">Where the draw comes from.</param>
    internal int Choose(ReadOnlySpan<float> scores, ref RandomStream stream)
    {
        // Stable, so that of equals the first is likeliest.
        var values = scores.ToArray();
        int[] order = [.. Enumerable.Range(0, values.Length).OrderByDescending(token => values[token])];
        if (Temperature == 0)
        {
            return order[0];
        }

        var kept = order.AsSpan(0, TopK == 0 ? order.Length : Math.Min(TopK, order.Length));
        var (shares, total) = (new double[kept.Length], 0.0);
        for (var i = 0; i < kept.Length; i++)
        {
            total += shares[i] = Math.Exp((values[kept[i]] - values[order[0]]) / Temperature);
        }

        var left = stream.NextDouble() * total;
        for (var i = 0; i < kept.Length; i++)
        {
            left -= shares[i];
            if (left < 0)
            {
                return kept[i];
            }
        }

        return kept[^1];
    }
}
