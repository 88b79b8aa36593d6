using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Coordinator.Ingress;

/// <summary>Sends a model version from an offset to its end, each chunk read from the file straight into the wire's buffer.</summary>
internal sealed class ModelSender(ICheckpointStore store, TransferSlots slots, FrameSender frames)
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
            var header = new ModelHeader
            {
                Version = (ulong)version.Version,
                SizeBytes = (ulong)version.SizeBytes,
                Sha256 = UnsafeByteOperations.UnsafeWrap(version.Hash.ToBytes()),
            };
            return await frames.SendAsync(
                request.RunId, Frame.Of(header), request.Offset, version.SizeBytes, (at, length) => Frame.Chunk(model.Source, at, length), stream, cancellation);
        }
    }
}
