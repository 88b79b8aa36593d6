using System.Collections.Immutable;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    private static void OnJoined(Step step, RoundEvent.NodeJoined joined)
    {
        if (step.State.Nodes.TryGetValue(joined.Node, out var before))
        {
            if (before.Session >= joined.Session)
            {
                return;
            }

            Release(step, before, $"node {joined.Node} reconnected");
        }

        var node = new RunNode { Name = joined.Node, Session = joined.Session, Slots = joined.Slots, Pinned = [.. joined.Pinned] };
        step.State = step.State with { LostSites = step.State.LostSites.RemoveRange(node.Pinned) };
        Put(step, node with { InFlight = TakeOver(step, node, joined.Holding) });
        step.Do(new RoundEffect.Announce(joined.Node));
    }

    // After a coordinator's restart nodes come back with work in hand: it stays theirs.
    private static ImmutableHashSet<TaskRef> TakeOver(Step step, RunNode node, ImmutableArray<TaskRef> holding)
    {
        var kept = ImmutableHashSet.CreateBuilder<TaskRef>();
        foreach (var task in holding)
        {
            if (task == RoundTask(step.State, task.Index) && step.State.IsOpen && step.State.Waiting.Contains(task.Index) && node.CanRun(task.Index))
            {
                var work = step.State.Clients[task.Index] with { Node = node.Name };
                step.State = step.State with
                {
                    Waiting = step.State.Waiting.Remove(task.Index),
                    Clients = step.State.Clients.SetItem(task.Index, work),
                };
                kept.Add(task);
            }
            else
            {
                step.Do(new RoundEffect.Cancel(node.Name, task, "no longer needed"));
            }
        }

        return kept.ToImmutable();
    }

    private static void OnLeft(Step step, RoundEvent.NodeLeft left)
    {
        if (!step.State.Nodes.TryGetValue(left.Node, out var node) || node.Session != left.Session)
        {
            return;
        }

        Release(step, node, $"node {left.Node} lost ({left.Reason})");
        step.State = step.State with
        {
            Nodes = step.State.Nodes.Remove(left.Node),
            LostSites = step.State.LostSites.SetItems(node.Pinned.Select(client => KeyValuePair.Create(client, node.Name))),
        };
        AbandonIfNobodyAggregates(step);
        CloseIfSettled(step);
    }

    private static void OnAccepted(Step step, RoundEvent.NodeAccepted accepted)
    {
        if (!step.State.Nodes.TryGetValue(accepted.Node, out var node) || node.Accepted is not null)
        {
            return;
        }

        Put(step, node with { Accepted = true, Examples = accepted.Examples, TestExamples = accepted.TestExamples, ProxyExamples = accepted.ProxyExamples });
        AbandonIfNobodyAggregates(step);
        if (step.State.Phase == RunPhase.WaitingForNodes)
        {
            Plan(step);
        }
    }

    private static void OnRejected(Step step, RoundEvent.NodeRejected rejected)
    {
        if (!step.State.Nodes.TryGetValue(rejected.Node, out var node) || node.Accepted is false)
        {
            return;
        }

        Release(step, node, $"node {node.Name} rejected the run");
        Put(step, node with { Accepted = false, Problems = rejected.Problems, InFlight = [], Sending = [] });
        FailIfEveryNodeRejects(step);
        AbandonIfNobodyAggregates(step);
        CloseIfSettled(step);
    }

    // Nobody can begin: most often a mistake in the run file (a path), which waiting does not mend.
    private static void FailIfEveryNodeRejects(Step step)
    {
        var nodes = step.State.Nodes.Values;
        if (step.State.Version < 0 && step.State.Phase == RunPhase.WaitingForNodes
            && nodes.Count() >= step.State.Setup.MinimumNodes && nodes.All(node => node.Accepted is false))
        {
            var problems = nodes.SelectMany(node => node.Problems).Distinct(StringComparer.Ordinal);
            End(step, "failed", "every connected node rejected the run: " + string.Join("; ", problems));
        }
    }

    // Gives a node's tasks back; for a lost node nothing is sent.
    private static void Release(Step step, RunNode node, string reason)
    {
        foreach (var task in node.InFlight)
        {
            ReturnTask(step, task, reason);
        }
    }

    private static void ReturnTask(Step step, TaskRef task, string reason)
    {
        var state = step.State;
        if (task.Kind == TaskKind.Evaluate)
        {
            if (state.Evaluations.TryGetValue(task.Round, out var evaluation))
            {
                step.State = state with
                {
                    Evaluations = state.Evaluations.SetItem(task.Round, evaluation with { Waiting = evaluation.Waiting.Add(task.Index) }),
                };
            }
        }
        else if (task.Kind == TaskKind.Aggregate)
        {
            if (task == AggregationTask(state) && state.Delegation is { Result: null } delegation)
            {
                step.State = state with { Delegation = delegation with { Node = null, Reason = reason } };
            }
        }
        else if (task == RoundTask(state, task.Index) && state.Clients.TryGetValue(task.Index, out var work) && work.Update is null)
        {
            step.State = state with
            {
                Clients = state.Clients.SetItem(task.Index, work with { Node = null, Reason = reason }),
                Waiting = state.Waiting.Add(task.Index),
            };
        }
    }

    private static void Put(Step step, RunNode node) => step.State = step.State with { Nodes = step.State.Nodes.SetItem(node.Name, node) };

    // The task is no longer that node's: its slot is free.
    private static void FreeSlot(Step step, string? name, TaskRef task)
    {
        if (name is not null && step.State.Nodes.TryGetValue(name, out var node) && node.InFlight.Contains(task))
        {
            Put(step, node with { InFlight = node.InFlight.Remove(task), Sending = node.Sending.Remove(task) });
        }
    }

    // The open round's task for a client.
    private static TaskRef RoundTask(RoundState state, int client) =>
        state.Version < 0 ? new(TaskKind.Initialize, 0, 0) : new(TaskKind.Train, state.Round, client);
}
