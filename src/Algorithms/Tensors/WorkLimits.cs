using System.ComponentModel.DataAnnotations;

namespace Distributed.Algorithms.Tensors;

/// <summary>What a sweep over models may use: an aggregation, a merge. Neither value changes a bit of its result.</summary>
public sealed record WorkLimits
{
    // Accumulators of one block stay within a core's second-level cache.
    private const int MostElements = 1 << 15;
    private const int FewestElements = 1 << 10;

    // A double to accumulate, four models' single-precision numbers to read, and 8 bytes to write in the widest type.
    private const int BytesPerElement = 32;

    /// <summary>Memory for the buffers of all threads together, in bytes, whatever the number of clients.</summary>
    /// <value>16 MiB.</value>
    [Range(1 << 16, long.MaxValue)]
    public long BufferBytes { get; init; } = 16 << 20;

    /// <summary>Threads to use.</summary>
    /// <value>As many as there are processors.</value>
    [Range(1, 1024)]
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>Elements that one thread handles at a time.</summary>
    internal int BlockElements => (int)Math.Clamp(BufferBytes / BytesPerElement / Math.Max(1, Parallelism), FewestElements, MostElements);
}
