using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Distributed.Reports.Drawing;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Distributed.Coordinator.Ingress;

/// <summary>What an operator does with runs.</summary>
internal sealed class RunService(IGrainFactory grains, RunFeeds feeds, DataDirectory data, IHostApplicationLifetime lifetime, TimeProvider time) : Protocols.V1.RunService.RunServiceBase
{
    /// <inheritdoc />
    public override async Task<SubmitReply> Submit(SubmitRequest request, ServerCallContext context)
    {
        var json = RunSubmission.Check(request.SpecJson).OrThrowRpc();
        var runId = RunSubmission.NameOf(request.RunId, RunSpecJson.Parse(json, [])!.Name, time.GetUtcNow());
        OrThrow(await Grain(runId).Submit(json));
        return new SubmitReply { RunId = runId };
    }

    /// <inheritdoc />
    public override async Task Follow(FollowRequest request, IServerStreamWriter<RunEvent> responseStream, ServerCallContext context)
    {
        _ = await Grain(request.RunId).GetStatus() ?? throw Unknown();
        // A follower would hold a stop up as long as the host lets it.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await SendAsync(request, responseStream, ends.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new Refusal(RefusalCode.Stopping, "The coordinator is stopping; the run goes on when it is started again.").ToRpcException();
        }
    }

    private async Task SendAsync(FollowRequest request, IServerStreamWriter<RunEvent> responseStream, CancellationToken cancellation)
    {
        await foreach (var item in feeds.Feed(request.RunId).FollowAsync(cancellation))
        {
            if (item.Line is { } line)
            {
                if (request.FromRound <= 1 || RoundRecord.Parse(line).Round >= request.FromRound)
                {
                    await responseStream.WriteAsync(new RunEvent { RoundRecordJson = line }, cancellation);
                }
            }
            else if (item.Partition is { } partition)
            {
                await responseStream.WriteAsync(new RunEvent { PartitionJson = partition }, cancellation);
            }
            else if (item.Report is { } report)
            {
                await responseStream.WriteAsync(new RunEvent { Status = StatusOf(report) }, cancellation);
            }
        }
    }

    /// <inheritdoc />
    public override async Task<StatusReply> GetStatus(StatusRequest request, ServerCallContext context)
    {
        var reply = new StatusReply();
        foreach (var runId in request.RunId.Length > 0 ? [request.RunId] : feeds.RunIds())
        {
            if (await Grain(runId).GetStatus() is { } report)
            {
                reply.Runs.Add(StatusOf(report));
            }
            else if (request.RunId.Length > 0)
            {
                throw Unknown();
            }
        }

        var nodes = await grains.GetGrain<IDirectoryGrain>(0).Nodes();
        reply.Nodes.AddRange(nodes.Select(node => new NodeStatus { Name = node.Name, State = node.State, Slots = (uint)node.Slots, Device = node.Device }));
        return reply;
    }

    /// <inheritdoc />
    public override async Task<StopReply> Stop(StopRequest request, ServerCallContext context) =>
        new() { Status = StatusOf(await Grain(request.RunId).Stop() ?? throw Unknown()) };

    /// <inheritdoc />
    public override async Task<ResumeReply> Resume(ResumeRequest request, ServerCallContext context)
    {
        OrThrow(await Grain(request.RunId).Reopen());
        return new() { Status = StatusOf(await Grain(request.RunId).GetStatus() ?? throw Unknown()) };
    }

    private IRunGrain Grain(string runId) => EntityName.Check("run id", runId) is { } refusal
        ? throw refusal.ToRpcException()
        : grains.GetGrain<IRunGrain>(runId);

    private RpcException Unknown() => new Refusal(RefusalCode.RunUnknown, $"No run has this id in the coordinator's data directory {data.Root}.").ToRpcException();

    private static void OrThrow(SubmitAnswer answer)
    {
        if (RefusalCodes.Parse(answer.Code) is { } code)
        {
            throw new Refusal(code, answer.Detail).ToRpcException();
        }
    }

    private static RunStatus StatusOf(RunReport report) => new()
    {
        RunId = report.RunId,
        Name = report.Name,
        State = report.State,
        Round = (uint)Math.Max(0, report.Round),
        Rounds = (uint)report.Rounds,
        Version = (ulong)report.Version,
        ModelHash = report.ModelHash,
        Detail = report.Detail,
        Seconds = report.Seconds,
        Accuracy = report.Accuracy,
        Loss = report.Loss,
        Refused = (uint)report.Refused,
    };
}
