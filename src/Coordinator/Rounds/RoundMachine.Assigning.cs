namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    // Each node works on as many tasks as it has slots; the next one goes to the node with the most room, so that the load is even
    // whatever the number of nodes. Which node trains a client does not show in the result.
    private static void AssignTasks(Step step)
    {
        if (step.State.Phase == RunPhase.Ended || step.State.IsPaused)
        {
            return;
        }

        CutEvaluations(step);
        while (step.State.Waiting.Count > 0 || step.State.Evaluations.Count > 0 || step.State.Delegation is { IsWaiting: true })
        {
            var assigned = false;
            foreach (var node in step.State.Nodes.Values.Where(node => node.FreeSlots > 0).OrderByDescending(node => node.FreeSlots))
            {
                if (NextTask(step.State, node) is { } task)
                {
                    Assign(step, node, task);
                    assigned = true;
                    break;
                }
            }

            if (!assigned)
            {
                return;
            }
        }
    }

    // Evaluations first: they are short, and a round's line waits for them.
    private static TaskRef? NextTask(RoundState state, RunNode node)
    {
        foreach (var (round, evaluation) in state.Evaluations)
        {
            if (!evaluation.Waiting.IsEmpty && node.TestExamples > 0 && !evaluation.FailedOn.Contains(node.Name))
            {
                return new TaskRef(TaskKind.Evaluate, round, evaluation.Waiting.Min);
            }
        }

        if (IsWanted(state, node))
        {
            return AggregationTask(state);
        }

        if (!state.IsOpen)
        {
            return null;
        }

        foreach (var client in node.Pinned.IsEmpty ? state.Waiting : node.Pinned)
        {
            if (state.Waiting.Contains(client) && !state.Clients[client].FailedOn.Contains(node.Name))
            {
                return RoundTask(state, client);
            }
        }

        return null;
    }

    private static void Assign(Step step, RunNode node, TaskRef task)
    {
        var state = step.State;
        Put(step, node with { InFlight = node.InFlight.Add(task) });
        if (task.Kind == TaskKind.Evaluate)
        {
            var evaluation = state.Evaluations[task.Round];
            step.State = step.State with
            {
                Evaluations = state.Evaluations.SetItem(task.Round, evaluation with { Waiting = evaluation.Waiting.Remove(task.Index) }),
            };
            step.Do(new RoundEffect.Assign(node.Name, task, evaluation.Version, evaluation.Hash, evaluation.Shards, 0));
            return;
        }

        if (task.Kind == TaskKind.Aggregate)
        {
            AssignAggregation(step, node, task);
            return;
        }

        step.State = step.State with
        {
            Waiting = state.Waiting.Remove(task.Index),
            Clients = state.Clients.SetItem(task.Index, state.Clients[task.Index] with { Node = node.Name }),
        };
        var left = Math.Max(1, state.DeadlineAt - step.Now);
        step.Do(new RoundEffect.Assign(node.Name, task, Math.Max(0, state.Version), state.ModelHash, 0, left)
        {
            OwnBuffers = task.Kind == TaskKind.Train && state.WithBuffers.Contains(task.Index),
        });
    }

    // One shard a node; fixed from then on, so that the shards stay contiguous and disjoint whoever comes or goes.
    private static void CutEvaluations(Step step)
    {
        foreach (var (round, evaluation) in step.State.Evaluations.Where(pair => pair.Value.Shards == 0))
        {
            var able = step.State.AcceptedNodes.Where(node => node.TestExamples > 0).ToList();
            if (able.Count == 0)
            {
                continue;
            }

            var shards = (int)Math.Min(able.Count, able.Min(node => node.TestExamples));
            step.State = step.State with
            {
                Evaluations = step.State.Evaluations.SetItem(
                    round, evaluation with { Shards = shards, Waiting = [.. Enumerable.Range(0, shards)] }),
            };
        }
    }
}
