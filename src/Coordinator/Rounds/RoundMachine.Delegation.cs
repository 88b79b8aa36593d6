using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Rounds;

// An aggregation that needs the proxy set is the work of one node that holds it. Whatever goes wrong there, nothing of it is kept: it is done again from
// the same updates, elsewhere or after a restart, and gives the same bits.
internal static partial class RoundMachine
{
    /// <summary>Why a node may not have an update of this round; null: it aggregates it.</summary>
    public static Refusal? RefusedToAggregator(RoundState state, UpdateId id, string node)
    {
        var asked = $"Client {id.Client}'s update of round {id.Round}";
        return id.Round < state.Round || state.Phase == RunPhase.Ended
            ? new(RefusalCode.RoundClosed, $"{asked} is not kept any more: the round is closed.")
            : id.Round > state.Round ? new(RefusalCode.RoundFuture, $"Round {id.Round} has not begun.")
            : state.Delegation?.Node != node ? new(RefusalCode.TaskUnknown, $"{asked} goes to the node that aggregates the round; node {node} does not.")
            : state.Clients.TryGetValue(id.Client, out var work) && work.Update is not null ? null
            : new(RefusalCode.TaskUnknown, $"Client {id.Client} has no admitted update in round {id.Round}.");
    }

    private static Refusal? RefusedAggregate(RoundState state, UpdateId id, string node)
    {
        if (id.Round != state.Round || state.Delegation is null)
        {
            return new(RefusalCode.RoundClosed, $"No node's aggregate of round {id.Round} is waited for.");
        }

        return id.BaseVersion != state.Version
            ? new(RefusalCode.VersionMismatch, $"Round {id.Round} starts from version {state.Version}, the aggregate from {id.BaseVersion}.")
            : state.Delegation.Node == node || state.Delegation.Result?.Node == node ? null
            : new(RefusalCode.TaskUnknown, $"Node {node} was not asked to aggregate round {id.Round}.");
    }

    private static void Delegate(Step step)
    {
        var state = step.State;
        step.State = state with { Delegation = new() { DeadlineAt = step.Now + state.Setup.DeadlineMilliseconds } };
        step.Do(new RoundEffect.PrepareDelegation(state.Round, state.Version));
        step.Do(new RoundEffect.StartTimer(new(TimerPurpose.Aggregation, state.Round), state.Setup.DeadlineMilliseconds));
    }

    private static void OnDelegationPrepared(Step step, RoundEvent.DelegationPrepared prepared)
    {
        if (prepared.Round == step.State.Round && step.State.Delegation is { AggregatorState.IsDefault: true } delegation)
        {
            step.State = step.State with { Delegation = delegation with { AggregatorState = prepared.AggregatorState } };
        }
    }

    private static bool IsWanted(RoundState state, RunNode node) =>
        state.Delegation is { IsWaiting: true } delegation && node.ProxyExamples > 0 && !delegation.FailedOn.Contains(node.Name);

    private static void AssignAggregation(Step step, RunNode node, TaskRef task)
    {
        var (state, delegation) = (step.State, step.State.Delegation!);
        step.State = state with { Delegation = delegation with { Node = node.Name } };
        step.Do(new RoundEffect.Assign(node.Name, task, state.Version, state.ModelHash, 0, Math.Max(1, delegation.DeadlineAt - step.Now))
        {
            Updates = Used(state),
            AggregatorState = delegation.AggregatorState,
        });
    }

    private static void OnAggregate(Step step, SpooledUpdate update)
    {
        var state = step.State;
        if (RefusedAggregate(state, update.Id, update.Node) is { } refusal)
        {
            step.Do(new RoundEffect.Answer(false, refusal));
            return;
        }

        if (state.Delegation!.Result is { } first)
        {
            step.Do(new RoundEffect.Answer(false, first.Hash == update.Hash
                ? null
                : new(RefusalCode.UpdateConflict, $"Another aggregate of round {update.Id.Round} was accepted before.")));
            return;
        }

        var used = Used(state);
        if (update.Delegated is not { } said || !said.Coefficients.Keys.SequenceEqual(used.Select(source => source.Id.Client)))
        {
            step.Do(new RoundEffect.Answer(false, new(
                RefusalCode.ProtocolViolation, $"The aggregate of round {update.Id.Round} has not one coefficient for each of {used.Length} updates.")));
            return;
        }

        FreeSlot(step, update.Node, AggregationTask(state));
        step.State = step.State with { Delegation = state.Delegation with { Node = null, Result = update } };
        step.Do(new RoundEffect.Answer(true, null));
        step.Do(new RoundEffect.TakeAggregate(state.Round, update, used));
    }

    private static void OnAggregationTaskFailed(Step step, RoundEvent.TaskFailed failed, string reason)
    {
        if (failed.Task != AggregationTask(step.State) || step.State.Delegation is not { Result: null } delegation)
        {
            return;
        }

        step.State = step.State with
        {
            Delegation = delegation with { Node = null, FailedOn = delegation.FailedOn.Add(failed.Node), Reason = reason },
            Reason = reason,
        };
        AbandonIfNobodyAggregates(step);
    }

    // A node that is lost may come back with its proxy set; where every one that is there has tried, waiting mends nothing.
    private static void AbandonIfNobodyAggregates(Step step)
    {
        if (step.State.Delegation is { IsPending: true } delegation && !delegation.FailedOn.IsEmpty
            && !step.State.Nodes.Values.Any(node => node.Accepted is null || IsCandidate(node, delegation)))
        {
            Abandon(step, $"no other node holds the proxy set; {delegation.Reason}");
        }

        static bool IsCandidate(RunNode node, Delegation delegation) =>
            node.IsAccepted && node.ProxyExamples > 0 && !delegation.FailedOn.Contains(node.Name);
    }

    private static void OnAggregationTimer(Step step)
    {
        var delegation = step.State.Delegation!;
        if (step.Now < delegation.DeadlineAt)
        {
            step.Do(new RoundEffect.StartTimer(new(TimerPurpose.Aggregation, step.State.Round), delegation.DeadlineAt - step.Now));
            return;
        }

        Abandon(step, delegation.Node is { } node
            ? $"node {node} did not finish the aggregation before its deadline"
            : $"no node with the proxy set took the aggregation before its deadline{(delegation.Reason.Length > 0 ? "; " + delegation.Reason : "")}");
    }

    private static void CancelDelegation(Step step, string reason)
    {
        if (step.State.Delegation is { Node: { } node })
        {
            var task = AggregationTask(step.State);
            step.Do(new RoundEffect.Cancel(node, task, reason));
            FreeSlot(step, node, task);
        }

        step.State = step.State with { Delegation = null };
    }

    private static string DescribeDelegation(RoundState state, Delegation delegation, long now)
    {
        var left = $"deadline in {Seconds(delegation.DeadlineAt - now)}";
        return delegation.Result is not null ? "taking the aggregate over"
            : delegation.Node is { } node ? $"node {node} aggregates {state.Admitted} updates with its proxy set, {left}"
            : state.AcceptedNodes.Any(other => other.ProxyExamples > 0) ? $"the aggregation waits for a free slot on a node with the proxy set, {left}"
            : $"no connected node holds the proxy set that the aggregation needs, {left}";
    }

    private static TaskRef AggregationTask(RoundState state) => new(TaskKind.Aggregate, state.Round, 0);
}
