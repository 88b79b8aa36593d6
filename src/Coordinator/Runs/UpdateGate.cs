using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;

namespace Distributed.Coordinator.Runs;

/// <inheritdoc cref="IUpdateGate" />
internal sealed partial class UpdateGate(
    OpenRounds runs, IGrainFactory grains, YoungHeap heap, IOptions<CoordinatorOptions> options, ILogger<UpdateGate> logger) : IUpdateGate
{
    public Outcome<UploadTicket> Check(UpdateId id, string node)
    {
        if (!runs.TryGet(id.RunId, out var state, out var reference))
        {
            return new Refusal(RefusalCode.RunUnknown, "No run has this id.");
        }

        if (RoundMachine.Refused(state, id) is { } refusal)
        {
            return refusal;
        }

        long? examples = state.Nodes.TryGetValue(node, out var known) && id.Client < known.Examples.Length && state.Version >= 0
            ? known.Examples[id.Client]
            : null;
        return new UploadTicket(id, reference, options.Value.MaximumUpdateBytes, examples, state.Setup.Durable);
    }

    public async ValueTask<Outcome<bool>> AdmitAsync(SpooledUpdate update, CancellationToken cancellation)
    {
        var answer = await grains.GetGrain<IRunGrain>(update.Id.RunId).Admit(new AdmittedUpdate(
            update.Id.Round, update.Id.Client, update.Id.BaseVersion, update.Hash.Hex, update.SizeBytes, update.Node,
            update.Weight, update.Examples, update.TrainLoss, update.TrainSeconds, update.Metrics)).WaitAsync(cancellation);
        // A round of a thousand updates must not need more memory than one of ten.
        heap.Trim();
        return answer.Code.Length == 0
            ? answer.Counted
            : new Refusal(RefusalCodes.Parse(answer.Code) ?? RefusalCode.ProtocolViolation, answer.Detail);
    }

    public void Refused(UpdateId id, string node, Refusal refusal)
    {
        // Only of runs that are here: a stranger's upload creates no state.
        if (runs.TryGet(id.RunId, out _, out _))
        {
            _ = RecordAsync(id, node, refusal);
        }
    }

    private async Task RecordAsync(UpdateId id, string node, Refusal refusal)
    {
        try
        {
            await grains.GetGrain<IRunGrain>(id.RunId).UploadRefused(
                id.Round, id.Client, node, RefusalCodes.WireName(refusal.Code), refusal.Message);
        }
        catch (Exception error)
        {
            LogNotRecorded(error, id.RunId);
        }
    }

    [LoggerMessage(2101, LogLevel.Warning, "A refused upload of run {Run} is missing in its record")]
    private partial void LogNotRecorded(Exception error, string run);
}
