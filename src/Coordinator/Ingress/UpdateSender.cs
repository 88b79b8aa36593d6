using System.Buffers;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// Sends an admitted update to the node that aggregates its round. Every block is checked against its checksum on the way (guarantee G7); a damaged one ends
/// the download, and the round asks its client again.
/// </summary>
internal sealed class UpdateSender(IUpdateGate gate, ISpool spool, TransferSlots slots, FrameSender frames)
{
    /// <summary>Sends. The refusal when nothing, or not all, was sent.</summary>
    public async Task<Refusal?> SendAsync(UpdateRequest request, string node, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        if (EntityName.Check("run id", request.RunId) is { } invalid)
        {
            return invalid;
        }

        if (request.Round > int.MaxValue || request.Client > int.MaxValue)
        {
            return new Refusal(RefusalCode.ProtocolViolation, "The request's round or client is out of range.");
        }

        var id = new UpdateId(request.RunId, (int)request.Round, (int)request.Client, 0);
        if (!gate.CheckDownload(id, node).TryGet(out var update, out var refusal) || !(await slots.DownloadAsync(cancellation)).TryGet(out var slot, out refusal))
        {
            return refusal;
        }

        using (slot)
        {
            return await SendAsync(update, request, stream, cancellation);
        }
    }

    private async Task<Refusal?> SendAsync(SpooledUpdate update, UpdateRequest request, IServerStreamWriter<Frame> stream, CancellationToken cancellation)
    {
        try
        {
            using var reader = spool.Read(update.Id);
            using var piece = new Piece(reader, frames.ChunkBytes);
            return await frames.SendAsync(
                request.RunId, Frame.Of(HeaderOf(update)), request.Offset, update.SizeBytes, (at, length) => piece.Load(at, length), stream, cancellation);
        }
        catch (StorageException error)
        {
            gate.Damaged(update.Id, error.Refusal);
            return error.Refusal;
        }
    }

    private static UpdateHeader HeaderOf(SpooledUpdate update) => new()
    {
        RunId = update.Id.RunId,
        Round = (uint)update.Id.Round,
        Client = (uint)update.Id.Client,
        BaseVersion = (ulong)update.Id.BaseVersion,
        SizeBytes = (ulong)update.SizeBytes,
        Sha256 = UnsafeByteOperations.UnsafeWrap(update.Hash.ToBytes()),
        Weight = update.Weight,
        Examples = (ulong)update.Examples,
        TrainLoss = update.TrainLoss,
        TrainSeconds = update.TrainSeconds,
    };

    // Read and checked before its frame is begun: what goes wrong in a frame would only break the stream.
    private sealed class Piece(SpoolReader reader, int chunkBytes) : ByteSource, IDisposable
    {
        private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(chunkBytes);
        private long start;

        public override long Length => reader.Update.SizeBytes;

        public Frame Load(long at, int length)
        {
            reader.ReadFile(at, buffer.AsSpan(0, length));
            start = at;
            return Frame.Chunk(this, at, length);
        }

        public override void Read(long offset, Span<byte> destination) => buffer.AsSpan((int)(offset - start), destination.Length).CopyTo(destination);

        public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
    }
}
