using System.Collections.Immutable;
using Distributed.Coordinator.Runs;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>
/// What a run does, as a pure function: no await, no clock, no I/O, no randomness. <see cref="RunGrain"/> is its shell.
/// An event that cannot happen in a state (a late timer, a result of a closed round) changes nothing.
/// </summary>
internal static partial class RoundMachine
{
    // After an abandoned round the next one waits 1 s, 2 s, 4 s ... so that a broken cluster is not kept busy failing.
    private const long FirstBackOffMilliseconds = 1000;
    private const int LargestBackOffShift = 5;

    /// <summary>The state after an event and what is to be done about it.</summary>
    public static (RoundState Next, ImmutableArray<RoundEffect> Effects) Apply(RoundState state, RoundEvent happened)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(happened);
        var step = new Step(state, happened.Now);
        if (state.Phase == RunPhase.Ended)
        {
            OnEnded(step, happened);
            return step.Result();
        }

        Dispatch(step, happened);
        AssignTasks(step);
        return step.Result();
    }

    private static void Dispatch(Step step, RoundEvent happened)
    {
        switch (happened)
        {
            case RoundEvent.Started: OnStarted(step); break;
            case RoundEvent.NodeJoined joined: OnJoined(step, joined); break;
            case RoundEvent.NodeLeft left: OnLeft(step, left); break;
            case RoundEvent.NodeAccepted accepted: OnAccepted(step, accepted); break;
            case RoundEvent.NodeRejected rejected: OnRejected(step, rejected); break;
            case RoundEvent.UpdateArrived arrived: OnUpdate(step, arrived.Update); break;
            case RoundEvent.UploadBegun begun: OnUploadBegun(step, begun); break;
            case RoundEvent.UploadRefused refused: OnRefused(step, refused); break;
            case RoundEvent.TaskFailed failed: OnTaskFailed(step, failed); break;
            case RoundEvent.ShardEvaluated shard: OnShard(step, shard); break;
            case RoundEvent.TimerFired fired: OnTimer(step, fired.Timer); break;
            case RoundEvent.DelegationPrepared prepared: OnDelegationPrepared(step, prepared); break;
            case RoundEvent.Aggregated aggregated: OnAggregated(step, aggregated); break;
            case RoundEvent.AggregationFailed failed: OnAggregationFailed(step, failed); break;
            case RoundEvent.Committed committed: OnCommitted(step, committed); break;
            case RoundEvent.CommitRefused refused: OnCommitRefused(step, refused); break;
            case RoundEvent.Fenced fenced: OnFenced(step, fenced.Reason); break;
            case RoundEvent.DiskFailed failed: Pause(step, failed.Reason); break;
            case RoundEvent.DiskLookedAt looked: OnDiskLookedAt(step, looked.Fault); break;
            case RoundEvent.StopRequested: End(step, "stopped", "stopped by an operator"); break;
            case RoundEvent.Broken broken: End(step, "failed", broken.Reason); break;
            default: throw new ArgumentException($"Unknown event {happened.GetType().Name}.", nameof(happened));
        }
    }

    // A finished run still answers: an upload waits for its answer, a node that comes back is told that it is over.
    private static void OnEnded(Step step, RoundEvent happened)
    {
        if (happened is RoundEvent.UpdateArrived arrived)
        {
            step.Do(new RoundEffect.Answer(false, Refused(step.State, arrived.Update.Id, arrived.Update.Node)));
        }
    }

    // The first event of a new or a recovered run.
    private static void OnStarted(Step step)
    {
        if (step.State.Phase == RunPhase.Collecting)
        {
            step.State = step.State with { StartedAt = step.Now, DeadlineAt = step.Now + step.State.Setup.DeadlineMilliseconds };
            step.Do(new RoundEffect.RoundPlanned(step.State.Round, step.State.Clients.Count, step.State.Setup.Clients));
            step.Do(DeadlineTimer(step));
        }

        foreach (var round in step.State.Evaluations.Keys)
        {
            step.Do(EvaluationTimer(step.State, round));
        }

        CloseIfSettled(step);
        EmitReady(step);
    }

    private static void OnTimer(Step step, RoundTimer timer)
    {
        var state = step.State;
        switch (timer.Purpose)
        {
            case TimerPurpose.Disk when state.IsPaused:
                step.Do(new RoundEffect.LookAtDisk());
                break;
            case TimerPurpose.Deadline or TimerPurpose.Aggregation when state.IsPaused:
                // They begin anew when the run goes on.
                break;
            case TimerPurpose.Deadline when timer.Round == state.Round && state.IsOpen && step.Now < state.DeadlineAt:
                // Early by a clock's rounding, or a timer of an earlier attempt at round 0.
                step.Do(DeadlineTimer(step));
                break;
            case TimerPurpose.Deadline when timer.Round == state.Round && state.IsOpen:
                CloseAtDeadline(step);
                break;
            case TimerPurpose.BackOff when timer.Round == state.Round && state.Phase == RunPhase.BackingOff:
                Plan(step);
                break;
            case TimerPurpose.Aggregation when timer.Round == state.Round && state.Delegation is { Result: null }:
                OnAggregationTimer(step);
                break;
            case TimerPurpose.Evaluation when state.Evaluations.ContainsKey(timer.Round):
                GiveEvaluationUp(step, timer.Round, "not evaluated before its deadline");
                break;
        }
    }

    // Opens the round that State.Round names, or says that nodes are missing.
    private static void Plan(Step step)
    {
        var state = step.State;
        if (state.AcceptedNodes.Count() < state.Setup.MinimumNodes || LacksProxy(state))
        {
            step.State = state with { Phase = RunPhase.WaitingForNodes };
            return;
        }

        var initial = state.Version < 0;
        var cohort = initial ? [0] : CohortDraw.Draw(state.Setup.Seed, state.Round, state.Setup.Clients, state.Setup.CohortSize);
        step.State = Open(state, cohort) with
        {
            Phase = initial ? RunPhase.Initializing : RunPhase.Collecting,
            StartedAt = step.Now,
            DeadlineAt = step.Now + state.Setup.DeadlineMilliseconds,
        };
        step.Do(new RoundEffect.RoundPlanned(state.Round, cohort.Length, initial ? 1 : state.Setup.Clients));
        step.Do(DeadlineTimer(step));
    }

    // Before the first round somebody must hold the proxy set; later that node may be away until it is needed.
    private static bool LacksProxy(RoundState state) =>
        state.Setup.IsDelegated && state.Version < 0 && !state.AcceptedNodes.Any(node => node.ProxyExamples > 0);

    private static RoundState Open(RoundState state, ImmutableArray<int> cohort) => state with
    {
        Clients = cohort.ToImmutableSortedDictionary(client => client, _ => new ClientWork()),
        Waiting = ImmutableSortedSet.CreateRange(LargestFirst.Of(state), cohort),
        Admitted = 0,
        Refused = [],
        Result = null,
    };

    private static void End(Step step, string outcome, string reason)
    {
        if (step.State.Phase is RunPhase.Committing or RunPhase.Aggregating)
        {
            step.Do(new RoundEffect.DiscardModel());
        }

        CancelRound(step, "the run has ended");
        foreach (var round in step.State.Evaluations.Keys)
        {
            CancelEvaluation(step, round, "the run has ended");
        }

        // Whatever happened in closed rounds gets its line, evaluated or not.
        step.State = step.State with { Evaluations = step.State.Evaluations.Clear() };
        EmitAll(step);
        step.State = step.State with { Phase = RunPhase.Ended, Outcome = outcome, Reason = reason };
        step.Do(new RoundEffect.Persist());
        step.Do(new RoundEffect.RemoveRound(step.State.Round));
        step.Do(new RoundEffect.EndRun(outcome, reason));
    }

    // No state is written: it belongs to the coordinator that fenced this one.
    private static void OnFenced(Step step, string reason)
    {
        step.State = step.State with { Phase = RunPhase.Ended, Outcome = "failed", Reason = reason };
        step.Do(new RoundEffect.StopHost(reason));
    }

    private static RoundEffect.StartTimer DeadlineTimer(Step step) =>
        new(new(TimerPurpose.Deadline, step.State.Round), Math.Max(1, step.State.DeadlineAt - step.Now));

    private static RoundEffect.StartTimer EvaluationTimer(RoundState state, int round) =>
        new(new(TimerPurpose.Evaluation, round), state.Setup.DeadlineMilliseconds);

    // The state under work and the effects so far; lives for one Apply.
    private sealed class Step(RoundState state, long now)
    {
        private readonly ImmutableArray<RoundEffect>.Builder effects = ImmutableArray.CreateBuilder<RoundEffect>();

        public RoundState State { get; set; } = state;

        public long Now { get; } = now;

        public void Do(RoundEffect effect) => effects.Add(effect);

        public (RoundState Next, ImmutableArray<RoundEffect> Effects) Result() => (State, effects.DrainToImmutable());
    }
}
