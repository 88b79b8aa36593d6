using System.ComponentModel.DataAnnotations;
using Distributed.Coordinator.Admission;
using Distributed.Protocols.Transfers;

namespace Distributed.Coordinator.Ingress;

/// <summary>Limits of model downloads and update uploads.</summary>
internal sealed class TransferOptions
{
    /// <summary>Memory that all transfers together may hold in windows and frames, in bytes; more transfers than fit wait, and beyond that are told to come back.</summary>
    /// <value>64 MiB.</value>
    [Range(4 << 20, long.MaxValue)]
    public long MemoryBytes { get; set; } = 64 << 20;

    /// <summary>HTTP/2 window of one stream, in bytes; raise it on wide-area links (bandwidth times delay).</summary>
    /// <value>1 MiB.</value>
    [Range(64 << 10, 64 << 20)]
    public int StreamWindowBytes { get; set; } = 1 << 20;

    /// <summary>HTTP/2 window of one connection, in bytes.</summary>
    /// <value>2 MiB.</value>
    [Range(64 << 10, 128 << 20)]
    public int ConnectionWindowBytes { get; set; } = 2 << 20;

    /// <summary>Bytes of data in a chunk of a download.</summary>
    /// <value>512 KiB.</value>
    [Range(TransferSizes.MinimumChunkBytes, TransferSizes.MaximumChunkBytes)]
    public int ChunkBytes { get; set; } = TransferSizes.DefaultChunkBytes;

    /// <summary>Longest wait for one frame of the other side.</summary>
    /// <value>20 s.</value>
    public TimeSpan IdleLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Least rate of a transfer, in bytes a second, over each <see cref="IdleLimit"/> of waiting.</summary>
    /// <value>1,024.</value>
    [Range(0, int.MaxValue)]
    public int MinimumBytesPerSecond { get; set; } = 1024;

    /// <summary>Frames without data that an upload may hold; an honest one holds none.</summary>
    /// <value>16.</value>
    [Range(0, int.MaxValue)]
    public int MaximumEmptyFrames { get; set; } = 16;

    /// <summary>The limits of a stream's other side.</summary>
    internal StreamLimits Stream => new(IdleLimit, MinimumBytesPerSecond);
}
