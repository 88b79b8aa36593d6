using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <inheritdoc cref="IUpdateGate" />
internal sealed partial class UpdateGate(
    OpenRounds runs, RunFeeds feeds, IGrainFactory grains, YoungHeap heap, IOptions<AdmissionOptions> options, ILogger<UpdateGate> logger) : IUpdateGate
{
    public Outcome<UploadTicket> Check(UpdateId id, string node)
    {
        if (!runs.TryGet(id.RunId, out var state, out var reference))
        {
            return new Refusal(RefusalCode.RunUnknown, "No run has this id.");
        }

        if (RoundMachine.Refused(state, id, node) is { } refusal)
        {
            return refusal;
        }

        long? examples = !id.IsAggregate && state.Nodes.TryGetValue(node, out var known) && id.Client < known.Examples.Length && state.Version >= 0
            ? known.Examples[id.Client]
            : null;
        return new UploadTicket(id, reference, options.Value.MaximumUpdateBytes, examples, state.Setup.Durable);
    }

    public Outcome<SpooledUpdate> CheckDownload(UpdateId id, string node) =>
        !runs.TryGet(id.RunId, out var state, out _) ? new Refusal(RefusalCode.RunUnknown, "No run has this id.")
        : RoundMachine.RefusedToAggregator(state, id, node) is { } refusal ? refusal
        : state.Clients[id.Client].Update!;

    public Outcome<byte[]> BuffersOf(string runId, long version, int client, string node)
    {
        if (!runs.TryGet(runId, out var state, out _))
        {
            return new Refusal(RefusalCode.RunUnknown, "No run has this id.");
        }

        if (!state.Nodes.TryGetValue(node, out var known) || !known.InFlight.Any(task => task.Kind == TaskKind.Train && task.Index == client))
        {
            return new Refusal(RefusalCode.TaskUnknown, $"Client {client}'s buffers go to the node that trains it; node {node} does not.");
        }

        return ClientBuffers.Read(feeds.Folder(runId), version, client) is { } bytes
            ? bytes
            : new Refusal(RefusalCode.VersionUnknown, $"Client {client} has no buffers of its own with version {version}.");
    }

    public void Damaged(UpdateId id, Refusal refusal) =>
        _ = RecordAsync(id.RunId, grains.GetGrain<IRunGrain>(id.RunId).UpdateDamaged(id.Round, id.Client, refusal.ToString()));

    public void Begun(UpdateId id, string node)
    {
        if (!id.IsAggregate)
        {
            _ = RecordAsync(id.RunId, grains.GetGrain<IRunGrain>(id.RunId).UploadBegun(id.Round, id.Client, node));
        }
    }

    public async ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation)
    {
        var answer = await grains.GetGrain<IRunGrain>(update.Id.RunId).Admit(new AdmittedUpdate(
            update.Id.Round, update.Id.Client, update.Id.BaseVersion, update.Hash.Hex, update.SizeBytes, update.Node,
            update.Weight, update.Examples, update.TrainLoss, update.TrainSeconds, update.Metrics, update.Delegated)).WaitAsync(cancellation);
        // A round of a thousand updates must not need more memory than one of ten.
        heap.Trim();
        return answer.Code.Length == 0
            ? answer.Counted
            : new Refusal(RefusalCodes.Parse(answer.Code) ?? RefusalCode.ProtocolViolation, answer.Detail);
    }

    public void Refused(UpdateId id, string node, Refusal refusal)
    {
        // Only of runs that are here: a stranger's upload creates no state. What went wrong with an aggregate, its task says.
        if (!id.IsAggregate && runs.TryGet(id.RunId, out _, out _))
        {
            _ = RecordAsync(id.RunId, grains.GetGrain<IRunGrain>(id.RunId).UploadRefused(
                id.Round, id.Client, node, RefusalCodes.WireName(refusal.Code), refusal.Message));
        }
    }

    private async Task RecordAsync(string run, Task told)
    {
        try
        {
            await told;
        }
        catch (Exception error)
        {
            LogNotRecorded(error, run);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "What was said about an upload of run {Run} is missing in its record")]
    private partial void LogNotRecorded(Exception error, string run);
}
