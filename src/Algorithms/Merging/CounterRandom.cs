namespace Distributed.Algorithms.Merging;

/// <summary>
/// Random numbers by position: each element's is a function of (seed, model, tensor, element) alone, so neither the cut of a tensor nor the
/// threads show. SplitMix64's output function (Steele, Lea, Flood 2014) over a key and a counter.
/// </summary>
internal readonly struct CounterRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private readonly ulong _key;

    /// <param name="seed">The user's seed.</param>
    /// <param name="model">The model's place in the input.</param>
    /// <param name="tensor">The tensor's name.</param>
    public CounterRandom(long seed, int model, string tensor)
    {
        var key = Mix(Mix((ulong)seed + Golden) ^ (uint)model);
        foreach (var c in tensor) key = Mix((key + Golden) ^ c);
        _key = key;
    }

    /// <summary>The element's number, uniform in [0, 1).</summary>
    public double At(long element) => (Mix(_key + ((ulong)element * Golden)) >> 11) * (1.0 / (1L << 53));

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
