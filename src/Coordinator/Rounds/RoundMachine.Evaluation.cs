using System.Collections.Immutable;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

internal static partial class RoundMachine
{
    private static void OnShard(Step step, RoundEvent.ShardEvaluated shard)
    {
        FreeSlot(step, shard.Node, shard.Task);
        var state = step.State;
        if (!state.Evaluations.TryGetValue(shard.Task.Round, out var evaluation)
            || shard.Task.Index < 0 || shard.Task.Index >= evaluation.Shards || evaluation.Results.ContainsKey(shard.Task.Index))
        {
            return;
        }

        evaluation = evaluation with
        {
            Results = evaluation.Results.Add(shard.Task.Index, shard.Result),
            Waiting = evaluation.Waiting.Remove(shard.Task.Index),
        };
        if (evaluation.Results.Count < evaluation.Shards)
        {
            step.State = state with { Evaluations = state.Evaluations.SetItem(shard.Task.Round, evaluation) };
            return;
        }

        Finish(step, shard.Task.Round, evaluation);
    }

    // Sums in shard order, so that the figures do not depend on who was first.
    private static void Finish(Step step, int round, Evaluation evaluation)
    {
        var state = step.State;
        var examples = evaluation.Results.Values.Sum(result => result.Examples);
        var loss = evaluation.Results.Values.Sum(result => result.LossSum);
        var correct = evaluation.Results.Values.Sum(result => result.Correct);
        var index = state.Pending.ToList().FindIndex(record => record.Round == round);
        if (index >= 0 && examples > 0)
        {
            var record = state.Pending[index] with { Accuracy = (double)correct / examples, Loss = loss / examples, Domains = Scores(evaluation) };
            state = state with { Pending = state.Pending.SetItem(index, record) };
        }

        step.State = state with { Evaluations = state.Evaluations.Remove(round) };
        EmitReady(step);
    }

    private static ImmutableSortedDictionary<string, DomainScore>? Scores(Evaluation evaluation)
    {
        var domains = evaluation.Results.Values.SelectMany(result => result.Domains).GroupBy(domain => domain.Name).ToImmutableSortedDictionary(
            domain => domain.Key,
            domain => DomainScore.Of(domain.Sum(part => part.Tokens), domain.Sum(part => part.Bytes), domain.Sum(part => part.LossSum)),
            StringComparer.Ordinal);
        return domains.IsEmpty ? null : domains;
    }

    // ReturnTask has put the shard back; another node may do it.
    private static void OnShardFailed(Step step, string node, TaskRef task, string reason)
    {
        if (!step.State.Evaluations.TryGetValue(task.Round, out var evaluation))
        {
            return;
        }

        evaluation = evaluation with { FailedOn = evaluation.FailedOn.Add(node) };
        step.State = step.State with { Evaluations = step.State.Evaluations.SetItem(task.Round, evaluation) };
        if (!step.State.AcceptedNodes.Any(other => other.TestExamples > 0 && !evaluation.FailedOn.Contains(other.Name)))
        {
            GiveEvaluationUp(step, task.Round, reason);
        }
    }

    private static void GiveEvaluationUp(Step step, int round, string reason)
    {
        CancelEvaluation(step, round, reason);
        step.State = step.State with
        {
            Evaluations = step.State.Evaluations.Remove(round),
            Reason = $"the evaluation of round {round} was given up: {reason}",
        };
        EmitReady(step);
    }

    private static void CancelEvaluation(Step step, int round, string reason)
    {
        foreach (var node in step.State.Nodes.Values)
        {
            foreach (var task in node.InFlight.Where(task => task.Kind == TaskKind.Evaluate && task.Round == round))
            {
                step.Do(new RoundEffect.Cancel(node.Name, task, reason));
                FreeSlot(step, node.Name, task);
            }
        }
    }

    // Lines go out in round order, each once its evaluation is in.
    private static void EmitReady(Step step)
    {
        while (step.State.Pending is [var first, ..] && !step.State.Evaluations.ContainsKey(first.Round))
        {
            EmitFirst(step);
        }

        if (step.State.Phase == RunPhase.Finishing && step.State.Pending.IsEmpty && step.State.Evaluations.IsEmpty)
        {
            var partial = step.State.Abandoned > 0;
            End(step, partial ? "partial" : "completed", partial ? $"{step.State.Abandoned} of {step.State.Setup.Rounds} rounds were abandoned" : "");
        }
    }

    private static void EmitAll(Step step)
    {
        while (!step.State.Pending.IsEmpty)
        {
            EmitFirst(step);
        }
    }

    private static void EmitFirst(Step step)
    {
        var record = step.State.Pending[0];
        step.State = step.State with { Pending = step.State.Pending.RemoveAt(0), LastRecord = record };
        step.Do(new RoundEffect.Emit(record));
    }
}
