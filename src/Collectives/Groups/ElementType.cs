namespace Distributed.Collectives.Groups;

/// <summary>What a buffer holds, in the machine's byte order.</summary>
public enum ElementType
{
    /// <summary>IEEE 754, 4 bytes.</summary>
    Float32,

    /// <summary>IEEE 754, 8 bytes.</summary>
    Float64,

    /// <summary>The upper half of a float32, 2 bytes. Summed in float32 and rounded once, to nearest even.</summary>
    BFloat16,

    /// <summary>Two's complement, 8 bytes; sums wrap around.</summary>
    Int64,
}
