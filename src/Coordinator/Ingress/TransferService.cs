using System.Diagnostics;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Distributed.Coordinator.Ingress;

/// <summary><c>distributed.v1.TransferService</c>: models down, updates up.</summary>
internal sealed partial class TransferService(UploadReceiver receiver, ModelSender models, UpdateSender updates, BuffersSender buffers, ISpool spool, ILogger<TransferService> log)
{
    /// <summary>The metadata key under which a node says its name; the gate compares it with the sessions.</summary>
    public const string NodeNameKey = "node-name";

    private const string TraceParentKey = "traceparent";
    private static readonly ActivitySource Activities = new(TelemetryNames.Coordinator);

    /// <summary>A model version, from an offset to its end.</summary>
    public async Task DownloadModel(DownloadRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        Require(await models.SendAsync(request, stream, context.CancellationToken));
    }

    /// <summary>An admitted update, from an offset to its end, for the node that aggregates its round.</summary>
    public async Task DownloadUpdate(UpdateRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        var node = context.RequestHeaders.GetValue(NodeNameKey);
        Require(Identify(node, context) ?? await updates.SendAsync(request, node!, stream, context.CancellationToken));
    }

    /// <summary>An update; answered when it is durable and counted.</summary>
    public async Task<UploadReceipt> UploadUpdate(IAsyncStreamReader<Frame> stream, ServerCallContext context)
    {
        using var activity = StartAdmission(context);
        var node = context.RequestHeaders.GetValue(NodeNameKey);
        var received = EntityName.Check("node name", node) is { } invalid
            ? invalid
            : NodeIdentity.Check(node!, context) is { } forbidden
            ? forbidden
            : await receiver.ReceiveAsync(stream, node!, activity, context.CancellationToken);
        if (received.Refusal is { } refusal)
        {
            activity?.SetTag(TelemetryNames.Attributes.RefusalCode, RefusalCodes.WireName(refusal.Code)).SetStatus(ActivityStatusCode.Error, refusal.Message);
            UpdateRefused(log, RefusalCodes.WireName(refusal.Code), refusal.Message);
        }

        return received.OrThrowRpc();
    }

    /// <summary>Where an interrupted upload goes on.</summary>
    public Task<UploadStatus> GetUploadStatus(UploadStatusRequest request, ServerCallContext context)
    {
        if (EntityName.Check("run id", request.RunId) is { } invalid)
        {
            throw invalid.ToRpcException();
        }

        if (!ContentHash.TryFromBytes(request.Sha256.Span, out var hash) || request.Round > int.MaxValue || request.Client > int.MaxValue)
        {
            throw new Refusal(RefusalCode.ProtocolViolation, "The request's SHA-256, round or client is out of range.").ToRpcException();
        }

        var (offset, accepted) = spool.GetStatus(new UpdateId(request.RunId, (int)request.Round, (int)request.Client, 0), hash);
        return Task.FromResult(new UploadStatus { Offset = (ulong)offset, Accepted = accepted });
    }

    /// <summary>The buffers that a client keeps for itself.</summary>
    public async Task DownloadBuffers(BuffersRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        var node = context.RequestHeaders.GetValue(NodeNameKey);
        Require(Identify(node, context) ?? await buffers.SendAsync(request, node!, stream, context.CancellationToken));
    }

    private static Refusal? Identify(string? node, ServerCallContext context) =>
        EntityName.Check("node name", node) ?? NodeIdentity.Check(node!, context);

    private void Require(Refusal? refusal)
    {
        if (refusal is not null)
        {
            DownloadRefused(log, RefusalCodes.WireName(refusal.Code), refusal.Message);
            throw refusal.ToRpcException();
        }
    }

    // The parent is the node's upload span; the server's own request span, when there is one, is not exported and would cut the trace.
    private static Activity? StartAdmission(ServerCallContext context) =>
        ActivityContext.TryParse(context.RequestHeaders.GetValue(TraceParentKey), null, isRemote: true, out var parent)
            ? Activities.StartActivity(TelemetryNames.Spans.AdmitUpdate, ActivityKind.Server, parent)
            : Activities.StartActivity(TelemetryNames.Spans.AdmitUpdate, ActivityKind.Server);
}
