using Distributed.Coordinator.Admission;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Coordinator.Ingress;

/// <summary>Sends the buffers that a client keeps for itself: small next to the model, so they are in memory meanwhile.</summary>
internal sealed class BuffersSender(IUpdateGate gate, TransferSlots slots, FrameSender frames)
{
    /// <summary>Sends. The refusal when nothing, or not all, was sent.</summary>
    public async Task<Refusal?> SendAsync(BuffersRequest request, string node, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        if (EntityName.Check("run id", request.RunId) is { } invalid)
        {
            return invalid;
        }

        if (request.Version > long.MaxValue || request.Client > int.MaxValue)
        {
            return new Refusal(RefusalCode.ProtocolViolation, "The request's version or client is out of range.");
        }

        if (!(await slots.DownloadAsync(cancellation)).TryGet(out var slot, out var refusal))
        {
            return refusal;
        }

        using (slot)
        {
            if (!gate.BuffersOf(request.RunId, (long)request.Version, (int)request.Client, node).TryGet(out var bytes, out refusal))
            {
                return refusal;
            }

            var source = ByteSource.FromMemory(bytes);
            var header = new ModelHeader
            {
                Version = request.Version,
                SizeBytes = (ulong)bytes.Length,
                Sha256 = ByteString.CopyFrom(ContentHash.Of(bytes).ToBytes()),
            };
            return await frames.SendAsync(
                request.RunId, Frame.Of(header), request.Offset, bytes.Length, (at, length) => Frame.Chunk(source, at, length), stream, cancellation);
        }
    }
}
