using System.Diagnostics;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// The way of an update from the wire into a round: header, gate, the next task for its node, a place among the transfers, bytes into the spool, gate again. Each step may refuse; what
/// was refused is counted, in the round's record, and, unless more bytes may follow, not kept.
/// </summary>
internal sealed class UploadReceiver(
    IUpdateGate gate,
    ISpool spool,
    DurableFiles files,
    TransferSlots slots,
    TransferMeter meter,
    IOptions<TransferOptions> options,
    TimeProvider time)
{
    /// <summary>Receives one upload. The answer is sent when the update is durable and counted.</summary>
    /// <exception cref="IOException">The stream broke; what was received is kept.</exception>
    public async Task<Outcome<UploadReceipt>> ReceiveAsync(
        IAsyncStreamReader<Frame> stream, string node, Activity? activity, CancellationToken cancellation)
    {
        if (!(await ReadHeaderAsync(stream, cancellation)).TryGet(out var header, out var refusal)
            || !HeaderCheck.Read(header, node).TryGet(out var update, out refusal))
        {
            meter.Refused(refusal.Code);
            return refusal;
        }

        Describe(activity, update);
        var received = await ReceiveAsync(stream, update, (long)header.Offset, cancellation);
        if (received.TryGet(out var first, out refusal))
        {
            meter.Admitted(update.SizeBytes, first);
            files.Hit(Failpoint.UploadBeforeAnswer, update.Id.Round);
            return new UploadReceipt { AlreadyAccepted = !first };
        }

        meter.Refused(refusal.Code);
        gate.Refused(update.Id, node, refusal);
        return refusal;
    }

    private async ValueTask<Outcome<bool>> ReceiveAsync(
        IAsyncStreamReader<Frame> stream, SpooledUpdate update, long offset, CancellationToken cancellation)
    {
        if (!gate.Check(update.Id, update.Node).TryGet(out var ticket, out var refusal))
        {
            return refusal;
        }

        refusal = HeaderCheck.Compare(update, ticket);
        if (refusal is not null)
        {
            return refusal;
        }

        if (spool.Find(update.Id) is { } complete && complete.Repeats(update))
        {
            return await AdmitAsync(complete with { Delegated = update.Delegated }, cancellation);
        }

        gate.Begun(update.Id, update.Node);
        if (!(await slots.UploadAsync(cancellation)).TryGet(out var slot, out refusal))
        {
            return refusal;
        }

        using (slot)
        {
            var spooled = await SpoolAsync(stream, update, ticket, offset, cancellation);
            return spooled.TryGet(out var durable, out refusal) ? await AdmitAsync(durable, cancellation) : refusal;
        }
    }

    private async ValueTask<Outcome<SpooledUpdate>> SpoolAsync(
        IAsyncStreamReader<Frame> stream, SpooledUpdate update, UploadTicket ticket, long offset, CancellationToken cancellation)
    {
        var inspector = new UpdateInspector(ticket.Reference, update.SizeBytes);
        var opened = await spool.OpenAsync(update, offset, ticket.Durable, inspector, cancellation);
        if (!opened.TryGet(out var writer, out var refusal))
        {
            return refusal;
        }

        await using (writer)
        {
            return await CopyAsync(stream, writer, update.Id.RunId, cancellation) is { } stopped ? stopped : await writer.CompleteAsync();
        }
    }

    private async Task<Refusal?> CopyAsync(IAsyncStreamReader<Frame> stream, ISpoolWriter writer, string runId, CancellationToken cancellation)
    {
        using var watch = new StreamWatch(options.Value.Stream, time, cancellation);
        var empty = 0;
        while (await NextAsync(stream, watch))
        {
            using var frame = stream.Current;
            if (frame.Received is not { } chunk)
            {
                return new Refusal(RefusalCode.ProtocolViolation, "A second header arrived; an upload is one header and chunks.");
            }

            if (chunk.Data.IsEmpty && ++empty > options.Value.MaximumEmptyFrames)
            {
                return new Refusal(RefusalCode.ProtocolViolation, $"More than {options.Value.MaximumEmptyFrames} chunks without data arrived.");
            }

            if (chunk.Offset != writer.Offset)
            {
                return new Refusal(RefusalCode.UpdateOverrun, $"A chunk for byte {chunk.Offset} arrived, byte {writer.Offset} was next.");
            }

            meter.Received(runId, chunk.Data.Length);
            if ((writer.Append(chunk.Data.Span, chunk.Crc32C) ?? watch.Moved(chunk.Data.Length)) is { } refusal)
            {
                return refusal;
            }
        }

        return watch.Expired;
    }

    private async ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation)
    {
        files.Hit(Failpoint.UploadBeforeAdmit, update.Id.Round);
        var admitted = await gate.AdmitAsync(update, cancellation);
        if (admitted.Refusal is not null)
        {
            spool.Remove(update.Id);
        }

        return admitted;
    }

    private async Task<Outcome<UpdateHeader>> ReadHeaderAsync(IAsyncStreamReader<Frame> stream, CancellationToken cancellation)
    {
        using var watch = new StreamWatch(options.Value.Stream, time, cancellation);
        if (!await NextAsync(stream, watch))
        {
            return watch.Expired ?? new Refusal(RefusalCode.ProtocolViolation, "The upload holds no frame; its first is a header.");
        }

        using var frame = stream.Current;
        return frame.Update is { } header
            ? header
            : new Refusal(RefusalCode.ProtocolViolation, "An upload's first frame is its header.");
    }

    // False: the stream has ended, or the watch ended it.
    private static async Task<bool> NextAsync(IAsyncStreamReader<Frame> stream, StreamWatch watch)
    {
        try
        {
            return await watch.WaitAsync(stream.MoveNext(watch.Token));
        }
        catch (Exception error) when (watch.Expired is not null && error is OperationCanceledException or IOException or RpcException)
        {
            return false;
        }
    }

    private static void Describe(Activity? activity, SpooledUpdate update) => activity?
        .SetTag(TelemetryNames.Attributes.RunId, update.Id.RunId)
        .SetTag(TelemetryNames.Attributes.Round, update.Id.Round)
        .SetTag(TelemetryNames.Attributes.ClientId, update.Id.Client)
        .SetTag(TelemetryNames.Attributes.UpdateId, update.Id.ToString())
        .SetTag(TelemetryNames.Attributes.UpdateBytes, update.SizeBytes)
        .SetTag(TelemetryNames.Attributes.Samples, update.Examples);
}
