using System.Diagnostics;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.V1;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace Distributed.Coordinator.Ingress;

/// <summary>The nodes' control streams.</summary>
internal sealed class NodeService(
    IGrainFactory grains,
    SessionNumbers numbers,
    CoordinatorMetrics metrics,
    TraceFile traces,
    TimeProvider time,
    IOptions<MembershipOptions> options,
    IHostApplicationLifetime lifetime,
    ILogger<NodeSession> logger) : Protocols.V1.NodeService.NodeServiceBase
{
    private const int MaximumSlots = 1024;

    /// <inheritdoc />
    public override async Task Connect(
        IAsyncStreamReader<NodeMessage> requestStream, IServerStreamWriter<CoordinatorMessage> responseStream, ServerCallContext context)
    {
        // The stream's own activity lasts as long as the node: what happens in it belongs to rounds, not to that.
        Activity.Current = null;
        var hello = await ReadHello(requestStream, context);
        await using var session = new NodeSession(hello.NodeName, numbers.Next(), grains, metrics, traces, time, options.Value, logger);
        await session.RunAsync(hello, requestStream, responseStream, lifetime.ApplicationStopping, context.CancellationToken);
    }

    private async Task<Hello> ReadHello(IAsyncStreamReader<NodeMessage> messages, ServerCallContext context)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, options.Value.Heartbeat * 3, Timeout.InfiniteTimeSpan);
        bool any;
        try
        {
            any = await messages.MoveNext(patience.Token);
        }
        catch (Exception error) when (patience.IsCancellationRequested && error is OperationCanceledException or RpcException)
        {
            throw Refuse(RefusalCode.ProtocolViolation, "No Hello arrived in time.");
        }

        if (!any || messages.Current.MessageCase != NodeMessage.MessageOneofCase.Hello)
        {
            throw Refuse(RefusalCode.ProtocolViolation, "The first message of a node is Hello.");
        }

        var hello = messages.Current.Hello;
        if (hello.ProtocolVersion != ProtocolVersion.Current)
        {
            throw Refuse(
                RefusalCode.ProtocolVersion,
                $"The node speaks protocol version {hello.ProtocolVersion}, the coordinator {ProtocolVersion.Current}: install the same release on both.");
        }

        if (EntityName.Check("node name", hello.NodeName) is { } refusal)
        {
            throw refusal.ToRpcException();
        }

        if (NodeIdentity.Check(hello.NodeName, context) is { } forbidden)
        {
            throw forbidden.ToRpcException();
        }

        return hello.Slots is > 0 and <= MaximumSlots
            ? hello
            : throw Refuse(RefusalCode.ProtocolViolation, $"A node has 1 to {MaximumSlots} slots, this one declares {hello.Slots}.");
    }

    private static RpcException Refuse(RefusalCode code, string text) => new Refusal(code, text).ToRpcException();
}
