namespace Distributed.Protocols.Transfers;

/// <summary>Sizes that sender and receiver agree on.</summary>
public static class TransferSizes
{
    /// <summary>Bytes of data in a chunk unless configured otherwise.</summary>
    public const int DefaultChunkBytes = 512 * 1024;

    /// <summary>Smallest chunk a sender may be configured to.</summary>
    public const int MinimumChunkBytes = 64 * 1024;

    /// <summary>Largest chunk a receiver takes.</summary>
    public const int MaximumChunkBytes = 1024 * 1024;

    /// <summary>Most bytes that an aggregator passes from one version to the next when nodes aggregate: it travels in control messages.</summary>
    public const int MaximumAggregatorStateBytes = 64 * 1024;

    /// <summary>Most factors, of all clients and tensors together, that a node tells of an aggregation.</summary>
    public const int MaximumFactors = 64 * 1024;

    /// <summary>Largest frame on the wire: a full chunk and its fields.</summary>
    public const int MaximumFrameBytes = MaximumChunkBytes + 1024;
}
