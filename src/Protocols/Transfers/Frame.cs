using Distributed.Protocols.V1;

namespace Distributed.Protocols.Transfers;

/// <summary>
/// A message of a transfer stream: exactly one of <see cref="Model"/>, <see cref="Update"/>, an outgoing chunk or <see cref="Received"/>.
/// On the wire it is <c>distributed.v1.TransferFrame</c>; in memory a chunk's bytes stay where they are (see <see cref="FrameMarshaller"/>).
/// </summary>
public sealed class Frame : IDisposable
{
    private Frame()
    {
    }

    /// <summary>Header of a download.</summary>
    public ModelHeader? Model { get; private init; }

    /// <summary>Header of an upload.</summary>
    public UpdateHeader? Update { get; private init; }

    /// <summary>A received chunk; its buffer goes back to the pool when the frame is disposed.</summary>
    public ReceivedChunk? Received { get; private init; }

    internal OutgoingChunk? Outgoing { get; private init; }

    /// <summary>A download's first frame.</summary>
    public static Frame Of(ModelHeader header) => new() { Model = header };

    /// <summary>An upload's first frame.</summary>
    public static Frame Of(UpdateHeader header) => new() { Update = header };

    /// <summary>A chunk to send: read from <paramref name="source"/> when the frame is written, checksummed on the way.</summary>
    /// <param name="source">Where the bytes are.</param>
    /// <param name="offset">Position of the first byte.</param>
    /// <param name="length">Number of bytes, at most <see cref="TransferSizes.MaximumChunkBytes"/>.</param>
    public static Frame Chunk(ByteSource source, long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, TransferSizes.MaximumChunkBytes);
        return new() { Outgoing = new OutgoingChunk(source, offset, length) };
    }

    /// <summary>The chunks of <paramref name="source"/> from <paramref name="offset"/> to its end.</summary>
    public static IEnumerable<Frame> Chunks(ByteSource source, long offset, int chunkBytes)
    {
        for (; offset < source.Length; offset += chunkBytes)
        {
            yield return Chunk(source, offset, (int)Math.Min(chunkBytes, source.Length - offset));
        }
    }

    /// <inheritdoc />
    public void Dispose() => Received?.Dispose();

    internal static Frame Of(ReceivedChunk chunk) => new() { Received = chunk };

    internal sealed record OutgoingChunk(ByteSource Source, long Offset, int Length);
}
