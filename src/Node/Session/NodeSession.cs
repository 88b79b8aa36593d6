using Distributed.Node.Connection;
using Distributed.Node.Engine;
using Distributed.Protocols;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Tls;
using Distributed.Protocols.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Session;

/// <summary>
/// Membership: connects, says hello, stays, and connects again when the stream breaks. The only place that retries; transfers wait for it
/// (<see cref="Connectivity"/>).
/// </summary>
internal sealed partial class NodeSession(
    NodeService.NodeServiceClient client,
    NodeOptions options,
    ComputeDevices devices,
    Connectivity connectivity,
    RunDirectory runs,
    TaskFloor floor,
    Outbox outbox,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan WelcomeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan WaitingNotice = TimeSpan.FromSeconds(30);

    /// <summary>Stays joined until cancelled or refused for good.</summary>
    public async Task<NodeExit> RunAsync(CancellationToken cancellation)
    {
        var failures = 0;
        (long? noticed, long? taken) = (null, null);
        while (!cancellation.IsCancellationRequested)
        {
            var epoch = connectivity.Epoch;
            try
            {
                await ConnectAsync(cancellation);
            }
            catch (Exception error) when (error is RpcException or IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                if (cancellation.IsCancellationRequested)
                {
                    break;
                }

                var wasJoined = connectivity.Epoch > epoch;
                failures = wasJoined ? 0 : failures;
                var refusal = (error as RpcException)?.ToRefusal();
                taken = refusal?.Code == RefusalCode.NodeNameTaken ? taken ?? time.GetTimestamp() : null;
                if (refusal is not null && IsFinal(refusal.Code, taken))
                {
                    LogRefused(refusal.ToString());
                    return new NodeExit(refusal);
                }

                if (wasJoined)
                {
                    LogLost(Reason(error));
                    noticed = null;
                }

                if (noticed is null || time.GetElapsedTime(noticed.Value) >= WaitingNotice)
                {
                    LogWaiting(options.Coordinator, Reason(error));
                    noticed = time.GetTimestamp();
                }
            }

            await connectivity.DelayAsync(++failures, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return NodeExit.Stopped;
    }

    // One connection, from hello to its end; always ends with an exception or because the coordinator closed the stream.
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var call = client.Connect(cancellationToken: ends.Token);
        await call.RequestStream.WriteAsync(new NodeMessage { Hello = Hello() }, ends.Token);
        if (!await call.ResponseStream.MoveNext(ends.Token).WaitAsync(WelcomeLimit, time, cancellation))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the coordinator ended the stream without a welcome"));
        }

        if (call.ResponseStream.Current.Welcome is not { } welcome)
        {
            throw new RpcException(new Status(StatusCode.Internal, "the coordinator's first message is no welcome"));
        }

        connectivity.Up();
        LogJoined(options.Coordinator, options.Name, welcome.CoordinatorVersion);
        var answers = outbox.PumpAsync(message => call.RequestStream.WriteAsync(message, ends.Token), connectivity.Epoch, ends.Token);
        var heartbeats = HeartbeatsAsync(TimeSpan.FromMilliseconds(Math.Max(100, welcome.HeartbeatMilliseconds)), ends.Token);
        try
        {
            var reading = ReadAsync(call.ResponseStream, ends.Token);
            await await Task.WhenAny(reading, answers);
        }
        finally
        {
            connectivity.Down();
            await ends.CancelAsync();
            await Task.WhenAll(answers, heartbeats).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Hello Hello()
    {
        var hello = new Hello
        {
            NodeName = options.Name,
            ProtocolVersion = ProtocolVersion.Current,
            SoftwareVersion = typeof(NodeSession).Assembly.GetName().Version?.ToString(3) ?? "",
            Slots = (uint)options.Workers,
            Device = devices.ToString(),
        };
        hello.Clients.Add(options.Clients.Select(client => (uint)client));
        hello.Holding.Add(floor.Board.Holding());
        return hello;
    }

    private async Task HeartbeatsAsync(TimeSpan interval, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            outbox.Post(
                new NodeMessage { Heartbeat = new Heartbeat { UnixMilliseconds = time.GetUtcNow().ToUnixTimeMilliseconds() } }, epoch: connectivity.Epoch);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<CoordinatorMessage> messages, CancellationToken cancellation)
    {
        while (await messages.MoveNext(cancellation))
        {
            Dispatch(messages.Current);
        }

        throw new RpcException(new Status(StatusCode.Unavailable, "the coordinator ended the stream"));
    }

    private void Dispatch(CoordinatorMessage message)
    {
        switch (message.MessageCase)
        {
            case CoordinatorMessage.MessageOneofCase.RunAnnounced:
                _ = AnnounceAsync(message.RunAnnounced, connectivity.Epoch);
                break;
            case CoordinatorMessage.MessageOneofCase.TaskAssigned:
                floor.Begin(message.TaskAssigned);
                break;
            case CoordinatorMessage.MessageOneofCase.TaskCancelled:
                floor.Board.Cancel(message.TaskCancelled.Key);
                break;
            case CoordinatorMessage.MessageOneofCase.RunEnded:
                floor.Board.CancelAll(message.RunEnded.RunId);
                _ = runs.EndAsync(message.RunEnded.RunId, floor.IdleAsync(message.RunEnded.RunId));
                break;
            default:
                // A newer coordinator may say more than this node knows.
                LogUnknown(message.MessageCase);
                break;
        }
    }

    // An answer belongs to the connection that asked: the coordinator announces again on the next one.
    private async Task AnnounceAsync(RunAnnounced announced, int epoch) => outbox.Post(await runs.AnnounceAsync(announced), epoch: epoch);

    // A name may be taken by this node's predecessor, which died and which the coordinator has not given up yet: that heals.
    private bool IsFinal(RefusalCode code, long? taken) => code switch
    {
        RefusalCode.NameInvalid or RefusalCode.ProtocolVersion or RefusalCode.ProtocolViolation or RefusalCode.NodeNameForbidden => true,
        RefusalCode.NodeNameTaken => time.GetElapsedTime(taken!.Value) >= options.NamePatience,
        _ => false,
    };

    private string Reason(Exception error) => error switch
    {
        RpcException rpc when TlsFailure.Explain(rpc, options.Coordinator) is { } tls => tls,
        RpcException rpc => string.IsNullOrEmpty(rpc.Status.Detail) ? rpc.StatusCode.ToString() : rpc.Status.Detail,
        TimeoutException => "no welcome in time",
        _ => error.Message,
    };
}
