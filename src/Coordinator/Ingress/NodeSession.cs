using System.Collections.Immutable;
using System.Threading.Channels;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans;
using TaskKind = Distributed.Protocols.V1.TaskKind;

namespace Distributed.Coordinator.Ingress;

/// <summary>
/// One node's stream: what grains push goes out in order, what the node says goes to its run's grain. Ends when the stream breaks, the node is silent for
/// three heartbeats, another session takes its place, or the coordinator stops.
/// </summary>
internal sealed partial class NodeSession : INodeConnection, IAsyncDisposable
{
    private const int MissedHeartbeats = 3;

    private readonly Channel<CoordinatorMessage> outbox = Channel.CreateUnbounded<CoordinatorMessage>(new() { SingleReader = true });
    private readonly CancellationTokenSource ended = new();
    private readonly string name;
    private readonly long number;
    private readonly IGrainFactory grains;
    private readonly CoordinatorMetrics metrics;
    private readonly TraceFile traces;
    private readonly TimeProvider time;
    private readonly TimeSpan heartbeat;
    private readonly TimeSpan nameHeld;
    private readonly ILogger<NodeSession> logger;
    private readonly ITimer silence;
    private INodeConnection? reference;
    private string reason = "the stream ended";

    public NodeSession(
        string name,
        long number,
        IGrainFactory grains,
        CoordinatorMetrics metrics,
        TraceFile traces,
        TimeProvider time,
        MembershipOptions options,
        ILogger<NodeSession> logger)
    {
        (this.name, this.number, this.grains, this.metrics, this.traces, this.time, heartbeat, nameHeld, this.logger) =
            (name, number, grains, metrics, traces, time, options.Heartbeat, options.NameHeld, logger);
        silence = time.CreateTimer(_ => End($"silent for {MissedHeartbeats} heartbeats"), null, heartbeat * MissedHeartbeats, Timeout.InfiniteTimeSpan);
    }

    private INodeGrain Node => grains.GetGrain<INodeGrain>(name);

    /// <summary>Serves the stream until it ends.</summary>
    /// <exception cref="RpcException">The node is refused.</exception>
    public async Task RunAsync(
        Hello hello,
        IAsyncStreamReader<NodeMessage> messages,
        IServerStreamWriter<CoordinatorMessage> stream,
        CancellationToken stopping,
        CancellationToken broken)
    {
        using var stop = stopping.Register(() => End("the coordinator is stopping"));
        using var cut = broken.Register(() => End("the stream broke"));
        reference = grains.CreateObjectReference<INodeConnection>(this);
        _ = Send(new CoordinatorMessage
        {
            Welcome = new Welcome
            {
                CoordinatorVersion = typeof(NodeSession).Assembly.GetName().Version?.ToString(3) ?? "",
                HeartbeatMilliseconds = (uint)heartbeat.TotalMilliseconds,
            },
        });

        if (await Node.Connect(DescriptionOf(hello), [.. hello.Holding.Select(KeyOf)], reference) is { } silence)
        {
            throw new Refusal(
                RefusalCode.NodeNameTaken,
                FormattableString.Invariant($"A node named {name} is connected and was heard of {silence.TotalSeconds:0.0} s ago. One that died gives its name free {nameHeld.TotalSeconds:0.#} s after that; beside one that lives, this one needs another name."))
                .ToRpcException();
        }

        try
        {
            var writing = WriteAsync(stream);
            await ReadAsync(messages);
            outbox.Writer.TryComplete();
            await writing;
        }
        finally
        {
            await Node.Disconnect(number, reason);
        }
    }

    /// <inheritdoc />
    public Task Announce(string runId, string specJson) => Send(new() { RunAnnounced = new RunAnnounced { RunId = runId, SpecJson = specJson } });

    /// <inheritdoc />
    public Task Assign(NodeTask task)
    {
        var assigned = new TaskAssigned
        {
            Key = KeyOf(task.Key),
            BaseVersion = (ulong)task.BaseVersion,
            BaseHash = task.BaseHash,
            Shards = (uint)task.Shards,
            Traceparent = task.Traceparent,
            DeadlineMilliseconds = (ulong)task.DeadlineMilliseconds,
            AggregatorState = ByteString.CopyFrom(task.AggregatorState.AsSpan()),
            OwnBuffers = task.OwnBuffers,
        };
        assigned.Updates.AddRange(task.Updates.Select(update => new Protocols.V1.AdmittedUpdate
        {
            Client = (uint)update.Client,
            Sha256 = ByteString.CopyFrom(Convert.FromHexString(update.Hash)),
            SizeBytes = (ulong)update.SizeBytes,
            Weight = update.Weight,
        }));
        return Send(new() { TaskAssigned = assigned });
    }

    /// <inheritdoc />
    public Task Cancel(NodeTaskKey task, string reason) => Send(new() { TaskCancelled = new TaskCancelled { Key = KeyOf(task), Reason = reason } });

    /// <inheritdoc />
    public Task EndRun(string runId) => Send(new() { RunEnded = new RunEnded { RunId = runId } });

    /// <inheritdoc />
    public Task Close(string reason)
    {
        End(reason);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await silence.DisposeAsync();
        if (reference is not null)
        {
            grains.DeleteObjectReference<INodeConnection>(reference);
        }

        ended.Dispose();
    }

    private Task Send(CoordinatorMessage message)
    {
        outbox.Writer.TryWrite(message);
        return Task.CompletedTask;
    }

    private void End(string why)
    {
        reason = why;
        outbox.Writer.TryComplete();
        try
        {
            ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session was over already.
        }
    }

    private async Task WriteAsync(IServerStreamWriter<CoordinatorMessage> stream)
    {
        try
        {
            await foreach (var message in outbox.Reader.ReadAllAsync(ended.Token))
            {
                await stream.WriteAsync(message);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException or IOException or InvalidOperationException)
        {
            // The stream is gone; the reading side knows it too.
            End(reason);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<NodeMessage> messages)
    {
        try
        {
            while (await messages.MoveNext(ended.Token))
            {
                silence.Change(heartbeat * MissedHeartbeats, Timeout.InfiniteTimeSpan);
                await Deliver(messages.Current);
            }
        }
        catch (OverflowException)
        {
            throw new Refusal(RefusalCode.ProtocolViolation, "A number of the node's message is out of every range.").ToRpcException();
        }
        catch (Exception error) when (error is OperationCanceledException or RpcException or IOException && !IsRefusal(error))
        {
            LogEnded(name, reason);
        }
    }

    private static bool IsRefusal(Exception error) => error is RpcException rpc && rpc.ToRefusal() is not null;

    private Task Deliver(NodeMessage message) => message.MessageCase switch
    {
        NodeMessage.MessageOneofCase.Heartbeat => Beat(message.Heartbeat),
        NodeMessage.MessageOneofCase.RunAccepted => Accept(message.RunAccepted),
        NodeMessage.MessageOneofCase.RunRejected => Run(message.RunRejected.RunId).NodeRejected(name, [.. message.RunRejected.Problems.Select(ForeignText.Printable)]),
        NodeMessage.MessageOneofCase.TaskCompleted => Complete(message.TaskCompleted),
        NodeMessage.MessageOneofCase.TaskFailed => Run(message.TaskFailed.Key?.RunId).TaskFailed(
            name, KeyOf(message.TaskFailed.Key!), CodeOf(message.TaskFailed.Code), ForeignText.Printable(message.TaskFailed.Detail)),
        NodeMessage.MessageOneofCase.SpanFinished => Trace(message.SpanFinished),
        _ => throw new Refusal(RefusalCode.ProtocolViolation, "A node says Hello once, and nothing that this version does not know.").ToRpcException(),
    };

    private Task Beat(Heartbeat beat)
    {
        metrics.ClockOffset(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(beat.UnixMilliseconds, 0, 253_402_300_799_999)) - time.GetUtcNow());
        return Node.Heartbeat(number);
    }

    // What the data is made of comes first: the acceptance begins the run.
    private async Task Accept(RunAccepted accepted)
    {
        var (run, data) = (Run(accepted.RunId), NodeAnswers.DataOf(accepted, ForeignText.Printable(accepted.Engine)));
        if (!data.Examples.IsEmpty)
        {
            await run.DataDescribed(name, data);
        }

        await run.NodeAccepted(name, data.Examples, data.TestExamples, checked((long)accepted.ProxyExamples));
    }

    // Uploads say themselves that a training task is done; a completion without a figure has nothing to add.
    private Task Complete(TaskCompleted done) => done.Key?.Kind == TaskKind.Evaluate
        ? Run(done.Key.RunId).ShardEvaluated(name, KeyOf(done.Key), checked((long)done.Examples), done.LossSum, checked((long)done.Correct), NodeAnswers.DomainsOf(done))
        : Task.CompletedTask;

    private Task Trace(SpanFinished span)
    {
        traces.Add(span.RunId, span.OtlpJson);
        return Task.CompletedTask;
    }

    private IRunGrain Run(string? runId) => EntityName.Check("run id", runId) is { } refusal
        ? throw refusal.ToRpcException()
        : grains.GetGrain<IRunGrain>(runId!);

    private NodeDescription DescriptionOf(Hello hello) => new(
        name, number, (int)hello.Slots, [.. hello.Clients.Select(client => checked((int)client))], ForeignText.Printable(hello.Device), ForeignText.Printable(hello.SoftwareVersion));

    private static string CodeOf(string code) => RefusalCodes.Parse(code) is null ? RefusalCodes.WireName(RefusalCode.TrainingFailed) : code;

    private static NodeTaskKey KeyOf(TaskKey key) => new(key.RunId, (int)key.Kind, checked((int)key.Round), checked((int)key.Index));

    private static TaskKey KeyOf(NodeTaskKey key) =>
        new() { RunId = key.RunId, Kind = (TaskKind)key.Kind, Round = (uint)key.Round, Index = (uint)key.Index };

    [LoggerMessage(2301, LogLevel.Debug, "The session of node {Node} ended: {Reason}")]
    private partial void LogEnded(string node, string reason);
}
