using System.Collections.Immutable;
using System.Text.Json;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    private const string AbandonedOutcome = "abandoned";

    // A round closes early when every client has reported or has failed wherever it could run. A client whose node is gone may come
    // back with it: that one waits for the deadline.
    private static void CloseIfSettled(Step step)
    {
        var state = step.State;
        if (state.IsOpen && (state.Admitted == state.Clients.Count || state.Clients.All(pair => IsSettled(state, pair.Key, pair.Value))))
        {
            Close(step, "every client has reported or failed");
        }
    }

    private static bool IsSettled(RoundState state, int client, ClientWork work) => work.Update is not null
        || (work.Node is null && !work.FailedOn.IsEmpty
            && !state.Nodes.Values.Any(node => node.CanRun(client) && !work.FailedOn.Contains(node.Name)));

    private static void CloseAtDeadline(Step step) => Close(step, "deadline");

    private static void Close(Step step, string why)
    {
        var state = step.State;
        var used = Used(state);
        var quorum = state.Version < 0 ? 1 : state.Setup.QuorumSize;
        if (used.Length < quorum)
        {
            var cause = state.Clients.Values.FirstOrDefault(work => work.Update is null && work.Reason is not null)?.Reason;
            Abandon(step, $"{used.Length} of {state.Clients.Count} updates ({why}), quorum is {quorum}{(cause is null ? "" : "; " + cause)}");
        }
        else if (state.Version >= 0 && !(used.Sum(update => update.Weight) > 0))
        {
            Abandon(step, "the weights of all admitted updates are zero");
        }
        else
        {
            CancelRound(step, "the round is closed");
            Aggregate(step);
        }
    }

    private static void Aggregate(Step step)
    {
        step.State = step.State with { Phase = RunPhase.Aggregating };
        if (step.State.Setup.IsDelegated && step.State.Version >= 0)
        {
            Delegate(step);
        }
        else
        {
            step.Do(new RoundEffect.Aggregate(step.State.Round, step.State.Version, Used(step.State)));
        }
    }

    private static void OnAggregated(Step step, RoundEvent.Aggregated aggregated)
    {
        var state = step.State;
        if (state.Phase != RunPhase.Aggregating || aggregated.Round != state.Round)
        {
            return;
        }

        step.State = state with { Phase = RunPhase.Committing, Result = aggregated.Result, Delegation = null };
        step.Do(new RoundEffect.Commit(
            state.Round, state.Version + 1, aggregated.Result.Hash, state.ModelHash, [.. Used(state).Select(update => update.Hash)]));
    }

    private static void OnAggregationFailed(Step step, RoundEvent.AggregationFailed failed)
    {
        var state = step.State;
        if (state.Phase != RunPhase.Aggregating || failed.Round != state.Round)
        {
            return;
        }

        var corrupt = failed.Corrupt.Where(client => state.Clients.TryGetValue(client, out var work) && work.Update is not null).ToList();
        if (failed.IsDiskFault)
        {
            Hold(step, failed.Reason);
            return;
        }

        if (corrupt.Count == 0)
        {
            Abandon(step, failed.Reason);
            return;
        }

        Reopen(step, corrupt);
    }

    // What is on the disk is not what was acknowledged: those clients are asked again while there is time.
    private static void Reopen(Step step, List<int> corrupt)
    {
        CancelDelegation(step, "an update was damaged and is asked for again");
        step.State = step.State with { Phase = step.State.Version < 0 ? RunPhase.Initializing : RunPhase.Collecting };
        foreach (var client in corrupt)
        {
            var state = step.State;
            var update = state.Clients[client].Update!;
            step.Do(new RoundEffect.DiscardUpdate(update.Id));
            step.State = state with
            {
                Admitted = state.Admitted - 1,
                Waiting = state.Waiting.Add(client),
                Clients = state.Clients.SetItem(client, new ClientWork { Reason = "UPDATE_CHECKSUM: its spooled bytes were damaged" }),
                Refused = state.Refused.Add(new(client, update.Node, "UPDATE_CHECKSUM", "The spooled bytes no longer match their checksum.")),
                RefusedInAll = state.RefusedInAll + 1,
            };
        }

        // The deadline may have passed unnoticed while the updates were being folded.
        if (step.Now >= step.State.DeadlineAt)
        {
            CloseAtDeadline(step);
        }
        else
        {
            step.Do(DeadlineTimer(step));
        }
    }

    private static void OnCommitted(Step step, RoundEvent.Committed committed)
    {
        var state = step.State;
        if (state.Phase != RunPhase.Committing || committed.Round != state.Round)
        {
            return;
        }

        step.State = state with { Version = state.Version + 1, ModelHash = committed.Hash, AbandonedInRow = 0 };
        if (state.Setup.KeepsBuffers && state.Round > 0)
        {
            var counted = Used(state).Where(update => update.Weight > 0).Select(update => update.Id.Client);
            step.State = step.State with { WithBuffers = state.WithBuffers.Union(counted) };
        }

        if (state.Round > 0)
        {
            RecordRound(step, CommittedRecord(step, state));
        }

        // Nobody with test examples, nothing to wait for; with no node at all they may come back with theirs.
        var evaluators = !state.AcceptedNodes.Any() || state.AcceptedNodes.Any(node => node.TestExamples > 0);
        if (state.Setup.IsEvaluated(state.Round) && evaluators)
        {
            step.State = step.State with
            {
                Evaluations = step.State.Evaluations.Add(state.Round, new() { Version = step.State.Version, Hash = committed.Hash }),
            };
            step.Do(EvaluationTimer(state, state.Round));
        }

        step.Do(new RoundEffect.Prune(step.State.Evaluations.Values.Select(e => e.Version).Append(step.State.Version).Min() - 1));
        NextRound(step, backOff: false);
    }

    private static void OnCommitRefused(Step step, RoundEvent.CommitRefused refused)
    {
        if (step.State.Phase != RunPhase.Committing || refused.Round != step.State.Round)
        {
            return;
        }

        if (refused.IsDiskFault)
        {
            Hold(step, refused.Reason);
        }
        else
        {
            Abandon(step, refused.Reason);
        }
    }

    private static void Abandon(Step step, string reason)
    {
        var state = step.State;
        if (state.Phase is RunPhase.Aggregating or RunPhase.Committing)
        {
            step.Do(new RoundEffect.DiscardModel());
        }

        CancelRound(step, "the round is abandoned");
        step.State = step.State with { AbandonedInRow = state.AbandonedInRow + 1, Abandoned = state.Abandoned + 1, Reason = reason };
        if (state.Round > 0)
        {
            RecordRound(step, Record(step, state, AbandonedOutcome) with { Reason = reason });
        }

        if (step.State.AbandonedInRow > state.Setup.MaximumAbandoned)
        {
            step.State = step.State with { Clients = step.State.Clients.Clear(), Waiting = [] };
            End(step, "failed", $"{step.State.AbandonedInRow} rounds in a row were abandoned; the last: {reason}");
            return;
        }

        NextRound(step, backOff: true);
    }

    // The state is written here, once a round: the closed one's record and the next one's number together.
    private static void NextRound(Step step, bool backOff)
    {
        var closed = step.State.Round;
        var next = step.State.Version < 0 ? 0 : closed + 1;
        step.State = step.State with
        {
            Round = next,
            Phase = next > step.State.Setup.Rounds ? RunPhase.Finishing : backOff ? RunPhase.BackingOff : RunPhase.WaitingForNodes,
            Clients = step.State.Clients.Clear(),
            Waiting = [],
            Admitted = 0,
            Refused = [],
            Result = null,
        };
        // Lines before state: what a crash loses from the state is found again in the lines and the manifests.
        EmitReady(step);
        if (step.State.Phase != RunPhase.Ended)
        {
            step.Do(new RoundEffect.Persist());
            GoOn(step, next);
        }

        step.Do(new RoundEffect.RemoveRound(closed));
    }

    private static void GoOn(Step step, int next)
    {
        if (step.State.Phase == RunPhase.BackingOff)
        {
            var shift = Math.Min(step.State.AbandonedInRow - 1, LargestBackOffShift);
            step.Do(new RoundEffect.StartTimer(new(TimerPurpose.BackOff, next), FirstBackOffMilliseconds << shift));
        }
        else if (step.State.Phase == RunPhase.WaitingForNodes)
        {
            Plan(step);
        }
    }

    // Tasks of the round that are still out are taken back; their slots are free at once.
    private static void CancelRound(Step step, string reason)
    {
        CancelDelegation(step, reason);
        foreach (var (client, work) in step.State.Clients)
        {
            if (work.Node is { } node)
            {
                var task = RoundTask(step.State, client);
                step.Do(new RoundEffect.Cancel(node, task, reason));
                FreeSlot(step, node, task);
                step.State = step.State with
                {
                    Waiting = step.State.Waiting.Add(client),
                    Clients = step.State.Clients.SetItem(client, work with { Node = null, Reason = work.Reason ?? $"no update before the close; it was on node {node}" }),
                };
            }
        }
    }

    private static ImmutableArray<SpooledUpdate> Used(RoundState state) =>
        [.. state.Clients.Values.Where(work => work.Update is not null).Select(work => work.Update!)];

    private static void RecordRound(Step step, RoundRecord record)
    {
        step.State = step.State with { Pending = step.State.Pending.Add(record) };
        step.Do(new RoundEffect.RoundClosed(record.Round, record.Outcome, record.Seconds, record.Version, record.Used.Length, record.Refused.Length));
    }

    private static RoundRecord CommittedRecord(Step step, RoundState state)
    {
        var used = Used(state);
        var coefficients = state.Result!.Coefficients;
        return Record(step, state, "committed") with
        {
            Used = [.. used.Select((update, i) => UsedOf(update, coefficients[i]))],
            TrainLoss = MeanTrainLoss(used),
            Report = state.Result.Report is { } report ? JsonSerializer.Deserialize<JsonElement>(report) : null,
        };
    }

    private static UsedUpdate UsedOf(SpooledUpdate update, double coefficient) =>
        new(update.Id.Client, update.Node, coefficient, update.Examples, update.TrainLoss, update.TrainSeconds)
        {
            Metrics = update.Metrics.IsEmpty ? null : update.Metrics,
        };

    private static RoundRecord Record(Step step, RoundState state, string outcome)
    {
        // Of an abandoned round nothing is used: those whose update was in are dropped with the others (guarantee G9).
        var dropped = state.Clients.Where(pair => pair.Value.Update is null || outcome == AbandonedOutcome)
            .Select(pair => new DroppedClient(pair.Key, pair.Value.Update is null ? DropReason(state, pair.Key) : "its update was admitted, and the round was abandoned"));
        return new()
        {
            Round = state.Round,
            Outcome = outcome,
            Version = step.State.Version,
            ModelHash = step.State.ModelHash.Hex,
            Cohort = [.. state.Clients.Keys],
            Used = [],
            Refused = state.Refused,
            Dropped = [.. dropped],
            Started = default,
            Seconds = (step.Now - state.StartedAt) / 1000.0,
            BytesUp = Used(state).Sum(update => update.SizeBytes),
            BytesDown = 0,
            Durable = state.Setup.Durable,
        };
    }

    private static string DropReason(RoundState state, int client)
    {
        var work = state.Clients[client];
        return work.Node is { } node ? $"no update before the close; node {node} was at it"
            : work.Reason is { } reason ? reason
            : state.Nodes.Values.Any(n => n.CanRun(client)) ? "no node had a free slot before the close"
            : state.LostSites.TryGetValue(client, out var site) ? $"no connected node can run it; node {site}, which has its data, is lost"
            : "no connected node can run it";
    }

    private static double? MeanTrainLoss(ImmutableArray<SpooledUpdate> used)
    {
        var examples = used.Sum(update => (double)update.Examples);
        return examples > 0 ? used.Sum(update => update.Examples == 0 ? 0 : update.TrainLoss * update.Examples) / examples : null;
    }
}
