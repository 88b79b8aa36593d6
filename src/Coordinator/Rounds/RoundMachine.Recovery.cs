using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    /// <summary>
    /// The state of a run that is taken up: manifests first, then the spool, then what the grain had written. A pure function of
    /// <paramref name="facts"/>; followed by <see cref="RoundEvent.Started"/>.
    /// </summary>
    public static RoundState Recover(RunSetup setup, RunRecoveryFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var emittedThrough = facts.Emitted.LastOrDefault()?.Round ?? 0;
        var pending = (facts.State?.PendingRecords ?? []).Select(RoundRecord.Parse).Where(record => record.Round > emittedThrough).ToImmutableArray();
        var recordedThrough = pending.LastOrDefault()?.Round ?? emittedThrough;
        if (facts.Latest is { Round: > 0 } latest && latest.Round > recordedThrough)
        {
            // Killed between manifest and state: the round counts, its record is made again.
            pending = pending.Add(RecordOf(setup, latest, facts));
            recordedThrough = latest.Round;
        }

        var resumedAt = facts.State?.ResumedAt ?? 0;
        var state = new RoundState
        {
            Setup = setup,
            Version = facts.Latest?.Version ?? -1,
            ModelHash = facts.Latest?.Hash ?? default,
            Round = facts.Latest is null ? 0 : recordedThrough + 1,
            Pending = pending,
            LastRecord = facts.Emitted.LastOrDefault(),
            Abandoned = Abandoned(facts.Emitted.AsEnumerable()) + Abandoned(pending.AsEnumerable()),
            AbandonedInRow = facts.Emitted.Concat(pending).Reverse().TakeWhile(record => IsAbandoned(record) && record.Round >= resumedAt).Count(),
            ResumedAt = resumedAt,
            RefusedInAll = facts.Emitted.Concat(pending).Sum(record => record.Refused.Length),
            Evaluations = Unfinished(setup, pending, facts),
            WithBuffers = facts.WithBuffers,
        };
        return facts.State is { Outcome.Length: > 0 } ended
            ? state with { Phase = RunPhase.Ended, Outcome = ended.Outcome, Reason = ended.Reason, Round = Math.Max(0, state.Round - 1), Evaluations = state.Evaluations.Clear() }
            : Reopened(state, facts);
    }

    /// <summary>The same run without its end: one that failed or was stopped goes on with the round after its last recorded one, with as many tries as a new one has.</summary>
    /// <param name="written">What the grain wrote when the run ended.</param>
    /// <param name="emitted">The last round in <c>rounds.jsonl</c>; 0: none.</param>
    public static RunGrainState Resumed(RunGrainState written, int emitted) => written with
    {
        Outcome = "",
        Reason = "",
        EndedUnixMilliseconds = 0,
        ResumedAt = emitted + 1,
    };

    private static RoundState Reopened(RoundState state, RunRecoveryFacts facts)
    {
        if (state.Round > state.Setup.Rounds)
        {
            return state with { Phase = RunPhase.Finishing };
        }

        var initial = state.Version < 0;
        var spooled = facts.Spooled(state.Round).Where(update => update.Id.BaseVersion == Math.Max(0, state.Version)).ToList();
        var planned = facts.State is { } written && written.Round == state.Round && !initial;
        if (!planned && spooled.Count == 0)
        {
            // Nothing of this round was done yet: it is planned when the nodes are there.
            return state;
        }

        var cohort = initial ? [0] : CohortDraw.Draw(state.Setup.Seed, state.Round, state.Setup.Clients, state.Setup.CohortSize);
        state = Open(state, cohort) with { Phase = RunPhase.Collecting };
        foreach (var update in spooled.Where(update => state.Clients.ContainsKey(update.Id.Client)))
        {
            state = state with
            {
                Clients = state.Clients.SetItem(update.Id.Client, new ClientWork { Update = update }),
                Waiting = state.Waiting.Remove(update.Id.Client),
                Admitted = state.Admitted + 1,
            };
        }

        return state with { Phase = initial ? RunPhase.Initializing : RunPhase.Collecting };
    }

    // Coefficients are the weights' shares here; an aggregator's own ones died with the process.
    private static RoundRecord RecordOf(RunSetup setup, ModelVersion version, RunRecoveryFacts facts)
    {
        var spooled = facts.Spooled(version.Round);
        var cohort = CohortDraw.Draw(setup.Seed, version.Round, setup.Clients, setup.CohortSize);
        var used = spooled.Where(update => version.Updates.Contains(update.Hash) && cohort.Contains(update.Id.Client)).ToImmutableArray();
        var weights = used.Sum(update => update.Weight);
        var missing = cohort.Except(used.Select(update => update.Id.Client));
        return new()
        {
            Round = version.Round,
            Outcome = "committed",
            Version = version.Version,
            ModelHash = version.Hash.Hex,
            Cohort = cohort,
            Used = [.. used.Select(update => UsedOf(update, update.Weight / weights))],
            Refused = [],
            Dropped = [.. missing.Select(client => new DroppedClient(client, "not in the aggregate; the coordinator was restarted before it said why"))],
            TrainLoss = MeanTrainLoss(used),
            Started = facts.State is { WrittenUnixMilliseconds: > 0 } written ? DateTimeOffset.FromUnixTimeMilliseconds(written.WrittenUnixMilliseconds) : facts.Now,
            Seconds = 0,
            BytesUp = used.Sum(update => update.SizeBytes),
            BytesDown = 0,
            Durable = setup.Durable,
        };
    }

    private static ImmutableSortedDictionary<int, Evaluation> Unfinished(RunSetup setup, ImmutableArray<RoundRecord> pending, RunRecoveryFacts facts)
    {
        var unfinished = pending.Where(record => record.Outcome == "committed" && record.Accuracy is null && setup.IsEvaluated(record.Round));
        return unfinished.ToImmutableSortedDictionary(
            record => record.Round,
            record => new Evaluation { Version = record.Version, Hash = ContentHash.TryParse(record.ModelHash, out var hash) ? hash : facts.Latest!.Hash });
    }

    private static bool IsAbandoned(RoundRecord record) => record.Outcome == AbandonedOutcome;

    private static int Abandoned(IEnumerable<RoundRecord> records) => records.Count(IsAbandoned);
}
