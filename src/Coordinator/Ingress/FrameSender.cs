using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Ingress;

/// <summary>The sending end of a download: a header, then chunks from an offset to the end, under a watch.</summary>
internal sealed class FrameSender(TransferMeter meter, IOptions<TransferOptions> options, TimeProvider time)
{
    /// <summary>Bytes of a chunk; only the last may be shorter.</summary>
    public int ChunkBytes => options.Value.ChunkBytes;

    /// <summary>Sends. The refusal when nothing, or not all, was sent.</summary>
    /// <param name="runId">Whose bytes, for the meter.</param>
    /// <param name="header">The first frame.</param>
    /// <param name="offset">First byte wanted.</param>
    /// <param name="sizeBytes">Size of the whole file.</param>
    /// <param name="chunk">Makes the frame of so many bytes at a position.</param>
    /// <param name="stream">Where to.</param>
    /// <param name="cancellation">Set when the other side has gone.</param>
    public async Task<Refusal?> SendAsync(
        string runId, Frame header, ulong offset, long sizeBytes, Func<long, int, Frame> chunk, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        if (offset > (ulong)sizeBytes)
        {
            return new Refusal(RefusalCode.ProtocolViolation, $"The file has {sizeBytes} bytes, byte {offset} was asked for.");
        }

        using var watch = new StreamWatch(options.Value.Stream, time, cancellation);
        var refusal = await WriteAsync(stream, header, watch);
        for (var at = (long)offset; refusal is null && at < sizeBytes; at += ChunkBytes)
        {
            var length = (int)Math.Min(ChunkBytes, sizeBytes - at);
            refusal = await WriteAsync(stream, chunk(at, length), watch) ?? watch.Moved(length);
            meter.Sent(runId, length);
        }

        return refusal;
    }

    private static async Task<Refusal?> WriteAsync(IServerStreamWriter<Frame> stream, Frame frame, StreamWatch watch)
    {
        try
        {
            await watch.WaitAsync(Counted(stream.WriteAsync(frame, watch.Token)));
            return null;
        }
        catch (Exception error) when (watch.Expired is not null && error is OperationCanceledException or IOException or RpcException)
        {
            return watch.Expired;
        }

        static async Task<bool> Counted(Task write)
        {
            await write;
            return true;
        }
    }
}
