using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    /// <summary>Why an update that names this round, client and base version cannot come in now; null: it can.</summary>
    public static Refusal? Refused(RoundState state, UpdateId id, string node)
    {
        if (id.IsAggregate && state.Phase != RunPhase.Ended)
        {
            return RefusedAggregate(state, id, node);
        }

        var open = state.IsOpen ? $"round {state.Round} is open" : $"the run is {Describe(state.Phase)} after round {LastClosed(state)}";
        if (id.Round < state.Round || state.Phase == RunPhase.Ended || (id.Round == state.Round && !state.IsOpen))
        {
            return new(RefusalCode.RoundClosed, $"Round {id.Round} is closed; {open}.");
        }

        if (id.Round > state.Round)
        {
            return new(RefusalCode.RoundFuture, $"Round {id.Round} has not begun; {open}.");
        }

        if (id.BaseVersion != Math.Max(0, state.Version))
        {
            return new(RefusalCode.VersionMismatch, $"Round {id.Round} starts from version {Math.Max(0, state.Version)}, the update from {id.BaseVersion}.");
        }

        return state.Clients.ContainsKey(id.Client)
            ? null
            : new(RefusalCode.TaskUnknown, $"Client {id.Client} is not in the cohort of round {id.Round}.");
    }

    private static void OnUploadBegun(Step step, RoundEvent.UploadBegun begun)
    {
        var state = step.State;
        var task = RoundTask(state, begun.Client);
        if (begun.Round == state.Round && state.Clients.ContainsKey(begun.Client)
            && state.Nodes.TryGetValue(begun.Node, out var node) && node.InFlight.Contains(task) && !node.Sending.Contains(task))
        {
            Put(step, node with { Sending = node.Sending.Add(task) });
        }
    }

    private static void OnUpdate(Step step, Storage.SpooledUpdate update)
    {
        if (update.Id.IsAggregate)
        {
            OnAggregate(step, update);
            return;
        }

        // A late copy of an update that is in: the acknowledgement was lost, or it took part in the round that is just being closed.
        var known = update.Id.Round == step.State.Round && step.State.Clients.TryGetValue(update.Id.Client, out var before) ? before.Update : null;
        if (known is not null && known.Id == update.Id)
        {
            step.Do(known.Hash == update.Hash
                ? new RoundEffect.Answer(false, null)
                : new RoundEffect.Answer(false, new(RefusalCode.UpdateConflict, $"Another update of client {update.Id.Client} for round {update.Id.Round} was accepted before.")));
            return;
        }

        if (Refused(step.State, update.Id, update.Node) is { } refusal)
        {
            step.Do(new RoundEffect.Answer(false, refusal));
            return;
        }

        Admit(step, update);
        step.Do(new RoundEffect.Answer(true, null));
        CloseIfSettled(step);
    }

    private static void Admit(Step step, Storage.SpooledUpdate update)
    {
        var state = step.State;
        var client = update.Id.Client;
        var task = RoundTask(state, client);
        var work = state.Clients[client];
        if (work.Node is { } worker && worker != update.Node)
        {
            step.Do(new RoundEffect.Cancel(worker, task, $"done by node {update.Node}"));
        }

        step.State = state with
        {
            Clients = state.Clients.SetItem(client, work with { Update = update, Node = null, Reason = null }),
            Waiting = state.Waiting.Remove(client),
            Admitted = state.Admitted + 1,
        };
        FreeSlot(step, work.Node, task);
    }

    // Into the record of the round it was meant for while that one is not out, else into the open round's.
    private static void OnRefused(Step step, RoundEvent.UploadRefused refused)
    {
        var state = step.State;
        var entry = new RefusedUpdate(refused.Client, refused.Node, refused.Code, refused.Detail);
        var late = state.Pending.FirstOrDefault(record => record.Round == refused.Round);
        step.State = late is null
            ? state with { Refused = state.Refused.Add(entry), RefusedInAll = state.RefusedInAll + 1 }
            : state with { Pending = state.Pending.Replace(late, late with { Refused = late.Refused.Add(entry) }), RefusedInAll = state.RefusedInAll + 1 };
    }

    private static void OnTaskFailed(Step step, RoundEvent.TaskFailed failed)
    {
        var task = failed.Task;
        if (!step.State.Nodes.TryGetValue(failed.Node, out var node) || !node.InFlight.Contains(task))
        {
            return;
        }

        var reason = $"{failed.Code} on node {failed.Node}: {failed.Detail}";
        FreeSlot(step, failed.Node, task);
        ReturnTask(step, task, reason);
        if (IsDiskFault(failed.Code))
        {
            // The node did its part; the client is given out again when the disk takes its update.
            Pause(step, failed.Detail);
            return;
        }

        if (task.Kind == TaskKind.Evaluate)
        {
            OnShardFailed(step, failed.Node, task, reason);
            return;
        }

        if (task.Kind == TaskKind.Aggregate)
        {
            OnAggregationTaskFailed(step, failed, reason);
            return;
        }

        if (task == RoundTask(step.State, task.Index) && step.State.Clients.TryGetValue(task.Index, out var work) && work.Update is null)
        {
            var tried = work with { FailedOn = work.FailedOn.Add(failed.Node), Reason = reason };
            step.State = step.State with { Clients = step.State.Clients.SetItem(task.Index, tried), Reason = reason };
        }

        CloseIfSettled(step);
    }

    private static int LastClosed(RoundState state) => state.Phase is RunPhase.Aggregating or RunPhase.Committing or RunPhase.Held ? state.Round : state.Round - 1;
}
