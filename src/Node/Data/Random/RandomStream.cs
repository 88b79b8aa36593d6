namespace Distributed.Node.Data.Random;

/// <summary>
/// The one source of randomness of a run: a stream is named by what it is for, so that every node draws the same numbers whatever it drew before.
/// Output i of a stream is the SplitMix64 finaliser of (key + i · golden ratio); the key is the same finaliser folded over (seed, purpose, round,
/// client). Integer and IEEE arithmetic only: the same bits on every machine and in every version of .NET, which <see cref="System.Random"/> does not promise.
/// </summary>
internal struct RandomStream
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong state;

    /// <summary>Opens a stream at its beginning.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="purpose">What the numbers are for; streams of different purposes are independent.</param>
    /// <param name="round">Round, or any other first index of the purpose; 0 where there is none.</param>
    /// <param name="client">Client, or any other second index; 0 where there is none.</param>
    /// <param name="epoch">Epoch, or any other third index; 0 where there is none.</param>
    public RandomStream(long seed, RandomPurpose purpose, long round = 0, long client = 0, long epoch = 0)
    {
        state = Mix((ulong)seed + Golden);
        foreach (var part in (ReadOnlySpan<long>)[(long)purpose, round, client, epoch])
        {
            state = Mix(state + Golden + (ulong)part * 0xD1342543DE82EF95);
        }
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits()
    {
        state += Golden;
        return Mix(state);
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in 0 … <paramref name="bound"/> - 1, without bias.</summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        // Lemire's method: the high half of a product, redrawn in the sliver that would make some results likelier.
        var product = (NextBits() >> 32) * (ulong)bound;
        var threshold = (uint)(0x1_0000_0000UL % (ulong)bound);
        while ((uint)product < threshold)
        {
            product = (NextBits() >> 32) * (ulong)bound;
        }

        return (int)(product >> 32);
    }

    /// <summary>Shuffles in place (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
