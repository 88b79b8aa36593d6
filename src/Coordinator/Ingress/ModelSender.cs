using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Ingress;

/// <summary>Sends a model version from an offset to its end, each chunk read from the file straight into the wire's buffer.</summary>
internal sealed class ModelSender(
    ICheckpointStore store, TransferSlots slots, TransferMeter meter, IOptions<TransferOptions> options, TimeProvider time)
{
    /// <summary>Sends. The refusal when nothing, or not all, was sent.</summary>
    public async Task<Refusal?> SendAsync(DownloadRequest request, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        if (EntityName.Check("run id", request.RunId) is { } invalid)
        {
            return invalid;
        }

        if (!(await slots.DownloadAsync(cancellation)).TryGet(out var slot, out var refusal))
        {
            return refusal;
        }

        using (slot)
        {
            return store.OpenReader(request.RunId, (long)Math.Min(request.Version, long.MaxValue)).TryGet(out var model, out refusal)
                ? await SendAsync(model, request, stream, cancellation)
                : refusal;
        }
    }

    private async Task<Refusal?> SendAsync(
        CheckpointReader model, DownloadRequest request, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        using (model)
        {
            var version = model.Version;
            if (request.Offset > (ulong)version.SizeBytes)
            {
                return new Refusal(RefusalCode.ProtocolViolation, $"The model has {version.SizeBytes} bytes, byte {request.Offset} was asked for.");
            }

            using var watch = new StreamWatch(options.Value.Stream, time, cancellation);
            var header = new ModelHeader
            {
                Version = (ulong)version.Version,
                SizeBytes = (ulong)version.SizeBytes,
                Sha256 = UnsafeByteOperations.UnsafeWrap(version.Hash.ToBytes()),
            };
            var refusal = await WriteAsync(stream, Frame.Of(header), watch);
            for (var at = (long)request.Offset; refusal is null && at < version.SizeBytes; at += options.Value.ChunkBytes)
            {
                var length = (int)Math.Min(options.Value.ChunkBytes, version.SizeBytes - at);
                refusal = await WriteAsync(stream, Frame.Chunk(model.Source, at, length), watch) ?? watch.Moved(length);
                meter.Sent(request.RunId, length);
            }

            return refusal;
        }
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
