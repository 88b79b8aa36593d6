using System.Collections.Immutable;

namespace Distributed.Coordinator.Rounds;

/// <summary>The clients of a round: a pure function of (seed, round), so that a recovered coordinator draws the same ones.</summary>
internal static class CohortDraw
{
    /// <summary>Draws <paramref name="size"/> of <paramref name="clients"/> without replacement; ascending.</summary>
    public static ImmutableArray<int> Draw(int seed, int round, int clients, int size)
    {
        if (size >= clients)
        {
            return [.. Enumerable.Range(0, clients)];
        }

        // Floyd's sampling: one number a client drawn, whatever the number of clients.
        var state = ((ulong)(uint)seed << 32) | (uint)round;
        var drawn = new SortedSet<int>();
        for (var bound = clients - size; bound < clients; bound++)
        {
            var candidate = (int)(Next(ref state) % (ulong)(bound + 1));
            if (!drawn.Add(candidate))
            {
                drawn.Add(bound);
            }
        }

        return [.. drawn];
    }

    // SplitMix64 (Steele, Lea, Flood 2014): every seed is a good one, and it is the same on every machine.
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
