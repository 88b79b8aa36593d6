using System.Collections.Immutable;
using System.Diagnostics;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Reports.Facts;
using Distributed.Reports.Pages;
using Orleans;
using Orleans.Storage;

namespace Distributed.Coordinator.Runs;

internal sealed partial class RunGrain
{
    private static readonly TimeSpan ResultRetry = TimeSpan.FromSeconds(2);

    private async Task<RoundEffect.Answer?> Handle(RoundEvent happened)
    {
        RoundEffect.Answer? answer = null;
        var before = state;
        (state, var effects) = RoundMachine.Apply(state, happened);
        if (state.Version == 0 && reference is null)
        {
            ReadReference(0);
        }

        // Before any task that refers to it is pushed.
        services.Open.Publish(state, reference);
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case RoundEffect.Answer given:
                    answer = given;
                    break;
                case RoundEffect.Persist:
                    await Persist();
                    break;
                default:
                    Perform(effect);
                    break;
            }
        }

        if ((state.Phase != before.Phase && state.Phase is RunPhase.WaitingForNodes or RunPhase.Initializing) || state.IsPaused != before.IsPaused || state.IsStranded != before.IsStranded)
        {
            LogPause(before);
            services.Feeds.Feed(runId).Report(Report(), final: false);
        }

        return answer;
    }

    private void Perform(RoundEffect effect)
    {
        switch (effect)
        {
            case RoundEffect.Announce announce: To(announce.Node, node => node.Announce(runId, specJson)); break;
            case RoundEffect.Assign assign: Push(assign); break;
            case RoundEffect.Cancel cancel: To(cancel.Node, node => node.Cancel(KeyOf(cancel.Task), cancel.Reason)); break;
            case RoundEffect.StartTimer start: StartTimer(start); break;
            case RoundEffect.RoundPlanned planned: rounds.Planned(planned); break;
            case RoundEffect.RoundClosed closed: Close(closed); break;
            case RoundEffect.PrepareDelegation order: Background(() => PrepareDelegation(order), order.Round); break;
            case RoundEffect.TakeAggregate order: Background(() => TakeAggregate(order), order.Round); break;
            case RoundEffect.Aggregate order:
                services.Metrics.Phase("wait", TimeSpan.FromMilliseconds(Now - state.StartedAt));
                Background(() => Aggregate(order), order.Round);
                break;
            case RoundEffect.Commit order: Background(() => Commit(order), order.Round); break;
            case RoundEffect.DiscardModel: Background(DiscardModel); break;
            case RoundEffect.DiscardUpdate discard: Background(() => services.Spool.Remove(discard.Id)); break;
            case RoundEffect.Emit emit: Emit(rounds.Complete(emit.Record)); break;
            case RoundEffect.LookAtDisk: Background(LookAtDisk); break;
            case RoundEffect.RemoveRound remove: Background(() => RemoveRound(remove.Round)); break;
            case RoundEffect.Prune prune: Background(() => Prune(prune.KeepFrom)); break;
            case RoundEffect.EndRun end: EndRun(end); break;
            case RoundEffect.StopHost stop: StopHost(stop.Reason); break;
        }
    }

    private void LogPause(RoundState before)
    {
        if (state.IsPaused != before.IsPaused)
        {
            LogDisk(runId, state.IsPaused ? $"pauses: {state.DiskFault}" : "goes on: the disk takes files again");
        }
    }

    // The line is on its way to every follower whether or not the disk has it; the file gets it as soon as it can.
    private void Emit(RoundRecord record)
    {
        if (services.Feeds.Feed(runId).Append(record.ToJson()) is { } fault)
        {
            Post(new RoundEvent.DiskFailed(Now, fault.Message));
        }
    }

    private void LookAtDisk()
    {
        var model = services.Checkpoints.Latest(runId)?.SizeBytes ?? 0;
        var fault = services.Files.FindRoom(services.Data.Root, model) ?? services.Feeds.Feed(runId).Flush();
        Post(new RoundEvent.DiskLookedAt(Now, fault?.Message ?? ""));
    }

    private void To(string node, Func<INodeConnection, Task> push)
    {
        if (connections.TryGetValue(node, out var connection))
        {
            _ = push(connection);
        }
    }

    private void Push(RoundEffect.Assign assign)
    {
        var traceparent = rounds.Dispatched(assign);
        To(assign.Node, node => node.Assign(new NodeTask(
            KeyOf(assign.Task), assign.BaseVersion, assign.BaseHash.Hex, assign.Shards, traceparent, assign.DeadlineMilliseconds)
        {
            Updates = [.. assign.Updates.Select(update => new SourceUpdate(update.Id.Client, update.Hash.Hex, update.SizeBytes, update.Weight))],
            AggregatorState = assign.AggregatorState,
            OwnBuffers = assign.OwnBuffers,
        }));
    }

    private NodeTaskKey KeyOf(TaskRef task) => new(runId, (int)task.Kind, task.Round, task.Index);

    private void StartTimer(RoundEffect.StartTimer start)
    {
        if (timers.Remove(start.Timer, out var before))
        {
            before.Dispose();
        }

        timers[start.Timer] = this.RegisterGrainTimer(
            (timer, _) => Handle(new RoundEvent.TimerFired(Now, timer)),
            start.Timer,
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(start.Milliseconds), Timeout.InfiniteTimeSpan) { KeepAlive = true });
    }

    // Timers of closed rounds go; a deadline of ten minutes must not keep a thousand closed rounds' timers.
    private void DropTimers(Func<RoundTimer, bool> which)
    {
        foreach (var timer in timers.Keys.Where(which).ToList())
        {
            timers.Remove(timer, out var dropped);
            dropped?.Dispose();
        }
    }

    private void Close(RoundEffect.RoundClosed closed)
    {
        DropTimers(timer => timer.Purpose is not (TimerPurpose.Evaluation or TimerPurpose.Disk) && timer.Round <= closed.Round);
        DropTimers(timer => timer.Purpose == TimerPurpose.Evaluation && !state.Evaluations.ContainsKey(timer.Round));
        rounds.Closed(closed);
        LogRoundClosed(runId, closed.Round, closed.Outcome, closed.Seconds, closed.Version, closed.Used, closed.Refused);
    }

    private async Task Persist()
    {
        var pending = state.Pending.Select(record => rounds.Complete(record).ToJson()).ToImmutableArray();
        stored.State = rounds.ToStored(state, specJson, pending);
        try
        {
            await stored.WriteStateAsync();
        }
        catch (InconsistentStateException error)
        {
            StopHost($"the state of run {runId} was written by another coordinator: {error.Message}");
        }
        catch (Exception error)
        {
            // Manifests and lines hold all that matters; a state that could not be written (disk full) costs nothing but this line.
            LogStateNotWritten(error, runId);
        }
    }

    private void Aggregate(RoundEffect.Aggregate order)
    {
        using var span = rounds.Span(order.Round, TelemetryNames.Spans.Aggregate);
        span?.SetTag(TelemetryNames.Attributes.UpdatesUsed, order.Updates.Length);
        var started = services.Time.GetTimestamp();
        var made = order.Round == 0
            ? services.Models.TakeInitial(runId, order.Updates[0], spec!.Durable)
            : services.Models.Fold(runId, spec!, order, Folder);
        services.Metrics.Phase("aggregate", services.Time.GetElapsedTime(started));
        writer = made.Writer;
        Post(made.Result is { } result
            ? new RoundEvent.Aggregated(Now, order.Round, result)
            : new RoundEvent.AggregationFailed(Now, order.Round, made.Problem!, made.Corrupt) { IsDiskFault = made.IsDiskFault });
    }

    private void PrepareDelegation(RoundEffect.PrepareDelegation order)
    {
        services.Spool.Remove(new UpdateId(runId, order.Round, UpdateId.AggregateClient, order.BaseVersion));
        var kept = Folder.ReadAggregatorState(order.BaseVersion);
        Post(kept.Length <= TransferSizes.MaximumAggregatorStateBytes
            ? new RoundEvent.DelegationPrepared(Now, order.Round, [.. kept.Span])
            : new RoundEvent.AggregationFailed(Now, order.Round, $"the aggregator's state of {kept.Length} bytes is too large to travel to a node", []));
    }

    private void TakeAggregate(RoundEffect.TakeAggregate order)
    {
        using var span = rounds.Span(order.Round, TelemetryNames.Spans.Aggregate);
        span?.SetTag(TelemetryNames.Attributes.UpdatesUsed, order.Updates.Length).SetTag(TelemetryNames.Attributes.NodeId, order.Update.Node);
        var started = services.Time.GetTimestamp();
        var made = services.Models.TakeAggregate(runId, spec!, order, Folder);
        services.Metrics.Phase("aggregate", services.Time.GetElapsedTime(started));
        writer = made.Writer;
        Post(made.Result is { } result
            ? new RoundEvent.Aggregated(Now, order.Round, result)
            : new RoundEvent.AggregationFailed(Now, order.Round, made.Problem!, []) { IsDiskFault = made.IsDiskFault });
    }

    private void Commit(RoundEffect.Commit order)
    {
        using var span = rounds.Span(order.Round, TelemetryNames.Spans.CommitModel);
        span?.SetTag(TelemetryNames.Attributes.ModelVersion, order.Version).SetTag(TelemetryNames.Attributes.CheckpointBytes, writer?.SizeBytes);
        if (writer is null)
        {
            return;
        }

        var started = services.Time.GetTimestamp();
        var outcome = services.Checkpoints.Commit(writer, new ModelVersion(
            runId, order.Version, order.Round, order.Hash, order.Parent, services.Data.Term, writer.SizeBytes, order.Updates));
        DiscardModel();
        services.Metrics.Phase("commit", services.Time.GetElapsedTime(started));
        services.Metrics.Checkpoint("commit", services.Time.GetElapsedTime(started), outcome.Refusal is null);
        Post(outcome switch
        {
            { Refusal: null, Value: { } version } => new RoundEvent.Committed(Now, order.Round, version.Hash),
            { Refusal: { Code: RefusalCode.CommitFenced } fenced } => new RoundEvent.Fenced(Now, fenced.Message),
            _ => new RoundEvent.CommitRefused(Now, order.Round, outcome.Refusal!.Message) { IsDiskFault = DiskErrors.IsFault(outcome.Refusal.Code) },
        });
    }

    private void DiscardModel()
    {
        writer?.Dispose();
        writer = null;
    }

    private void RemoveRound(int round)
    {
        services.Spool.RemoveRound(runId, round);
        services.Heap.Trim();
    }

    private void Prune(long keepFrom)
    {
        services.Checkpoints.Prune(runId, keepFrom);
        Folder.PruneAggregatorStates(keepFrom);
    }

    private void EndRun(RoundEffect.EndRun end)
    {
        DropTimers(_ => true);
        rounds.Ended();
        foreach (var connection in connections.Values)
        {
            _ = connection.EndRun(runId);
        }

        connections.Clear();
        LogEnded(runId, end.Outcome, end.Reason);
        var report = Report();
        var version = state.Version;
        Background(async () =>
        {
            await WriteResult(report, version);
            services.Feeds.Feed(runId).Report(report, final: true);
            await services.Grains.GetGrain<IDirectoryGrain>(0).RunEnded(runId);
        });
    }

    // The run is over when its result is on the disk; until the disk takes it, its followers are told what it waits for.
    private async Task WriteResult(RunReport report, long version)
    {
        while (true)
        {
            try
            {
                if (services.Feeds.Feed(runId).Flush() is { } fault)
                {
                    throw new StorageException(fault);
                }

                WriteReport(report);
                rounds.WriteResult(Folder, report, version);
                return;
            }
            catch (Exception error) when (DiskErrors.IsCause(error))
            {
                LogDisk(runId, $"has ended and waits for the disk to write its result: {error.Message}");
                services.Feeds.Feed(runId).Report(report with { State = "running", Detail = $"{RunWaits.Disk}: {error.Message}" }, final: false);
                await Task.Delay(ResultRetry, services.Time);
            }
        }
    }

    // For people: a run does not fail for its pictures, and dist report makes them again.
    private void WriteReport(RunReport report)
    {
        try
        {
            MetricsCsv.Write(Folder.RoundsPath, Folder.MetricsPath);
            ReportFile.Write(Folder.Directory, new RunEnding(report.State, report.Detail, report.ModelHash, report.Seconds));
        }
        catch (Exception error)
        {
            LogReportNotWritten(error, runId);
        }
    }

    private void StopHost(string reason)
    {
        LogFenced(runId, services.Data.Term, reason);
        services.Failure.StopHost(reason);
    }

    // One after the other in the order of the effects, outside the turn. What breaks ends the run, visibly.
    private void Background(Func<Task> work, int? round = null) => background = RunAfter(background, work, round);

    private void Background(Action work, int? round = null) => Background(
        () =>
        {
            work();
            return Task.CompletedTask;
        },
        round);

    private async Task RunAfter(Task before, Func<Task> work, int? round)
    {
        await before;
        try
        {
            await Task.Run(work);
        }
        catch (Exception error)
        {
            LogEffectFailed(error, runId);
            if (round is { } open)
            {
                var disk = DiskErrors.IsCause(error);
                Post(new RoundEvent.AggregationFailed(Now, open, error.Message, []) { IsDiskFault = disk });
                Post(new RoundEvent.CommitRefused(Now, open, error.Message) { IsDiskFault = disk });
            }
        }
    }

    private void Post(RoundEvent happened)
    {
        mailbox.Enqueue(happened);
        _ = WakeUp();
    }

    private async Task WakeUp()
    {
        // What comes of the event may be the next round's: no span of this one is above it.
        Activity.Current = null;
        try
        {
            await services.Grains.GetGrain<IRunGrain>(runId).Wake();
        }
        catch (Exception error)
        {
            LogEffectFailed(error, runId);
        }
    }
}
