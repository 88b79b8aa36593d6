using System.Collections.Immutable;
using System.Diagnostics;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Runs;

/// <summary>What a run's rounds look like from outside the machine: wall clock, bytes, fsyncs and traces. Belongs to one activation.</summary>
internal sealed class RunRounds(string runId, RunSpec spec, RunServices services)
{
    private readonly Dictionary<int, Facts> facts = [];
    private readonly RoundTraces traces = new(runId, spec.Name, spec.Aggregator.Name, services.Data.Term);
    private long startedAt;
    private long endedAt;

    /// <summary>Takes over the times of an earlier activation.</summary>
    public void Resume(long startedUnixMilliseconds, long endedUnixMilliseconds) =>
        (startedAt, endedAt) = (startedUnixMilliseconds, endedUnixMilliseconds);

    /// <summary>A round begins.</summary>
    public void Planned(RoundEffect.RoundPlanned planned)
    {
        var now = services.Time.GetUtcNow();
        if (startedAt == 0 && planned.Round > 0)
        {
            startedAt = now.ToUnixTimeMilliseconds();
        }

        facts[planned.Round] = new Facts(now, traces.Begin(planned), services.Storage.Fsyncs(runId), services.Transfers.BytesDown(runId));
    }

    /// <summary>A task leaves; its <c>traceparent</c>, or empty.</summary>
    public string Dispatched(RoundEffect.Assign assign) => traces.Dispatch(assign);

    /// <summary>A child span of a round.</summary>
    public Activity? Span(int round, string name) => traces.Child(round, name);

    /// <summary>A round is over.</summary>
    public void Closed(RoundEffect.RoundClosed closed)
    {
        traces.End(closed);
        services.Metrics.Round(closed, spec.Aggregator.Name);
        if (facts.TryGetValue(closed.Round, out var known))
        {
            facts[closed.Round] = known with
            {
                Fsyncs = services.Storage.Fsyncs(runId) - known.Fsyncs,
                BytesDown = services.Transfers.BytesDown(runId) - known.BytesDown,
                Closed = true,
            };
        }
    }

    /// <summary>Adds what only the shell knows to a record.</summary>
    public RoundRecord Complete(RoundRecord record)
    {
        if (record.Accuracy is { } accuracy && record.Loss is { } loss)
        {
            services.Metrics.Evaluated(accuracy, loss);
        }

        return facts.TryGetValue(record.Round, out var known) && known.Closed
            ? record with { Started = known.Started, TraceId = known.TraceId, Fsyncs = known.Fsyncs, BytesDown = known.BytesDown }
            : record;
    }

    /// <summary>The run is over.</summary>
    public void Ended() => endedAt = endedAt != 0 ? endedAt : services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The state to be written.</summary>
    public RunGrainState ToStored(RoundState state, string specJson, ImmutableArray<string> pending)
    {
        if (state.Phase == RunPhase.Ended)
        {
            Ended();
        }

        return new()
        {
            SpecJson = specJson,
            Round = state.Round,
            Version = state.Version,
            PendingRecords = pending,
            Outcome = state.Outcome,
            Reason = state.Reason.Length > 0 && state.Phase == RunPhase.Ended ? state.Reason : "",
            Term = services.Data.Term,
            StartedUnixMilliseconds = startedAt,
            EndedUnixMilliseconds = endedAt,
            ResumedAt = state.ResumedAt,
            Durable = spec.Durable,
            WrittenUnixMilliseconds = services.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
    }

    /// <summary>Where the run stands.</summary>
    public RunReport Report(RoundState state, string detail) => new()
    {
        RunId = runId,
        Name = spec.Name,
        State = state.Outcome.Length > 0 ? state.Outcome : state.Version < 0 && state.Phase == RunPhase.WaitingForNodes ? "submitted" : "running",
        Round = Math.Min(state.Round, spec.Rounds),
        Rounds = spec.Rounds,
        Version = Math.Max(0, state.Version),
        ModelHash = state.ModelHash.Hex,
        Detail = detail,
        Seconds = Seconds(),
        Accuracy = state.LastRecord?.Accuracy ?? double.NaN,
        Loss = state.LastRecord?.Loss ?? double.NaN,
        Refused = state.RefusedInAll,
    };

    /// <summary>Writes the final model and the summary.</summary>
    public void WriteResult(RunFolder folder, RunReport report, long version)
    {
        if (version >= 0 && services.Checkpoints.Open(runId, version).TryGet(out var model, out _))
        {
            folder.WriteModel(model);
        }

        folder.WriteSummary(new
        {
            run = report.RunId,
            name = report.Name,
            status = report.State,
            reason = report.Detail,
            rounds = report.Round,
            version = report.Version,
            modelHash = report.ModelHash,
            metrics = new { accuracy = Finite(report.Accuracy), loss = Finite(report.Loss) },
            seconds = report.Seconds,
            refused = report.Refused,
            seed = spec.Seed,
            durable = spec.Durable,
        });
        services.Storage.Forget(runId);
    }

    private double Seconds() => startedAt == 0
        ? 0
        : ((endedAt != 0 ? endedAt : services.Time.GetUtcNow().ToUnixTimeMilliseconds()) - startedAt) / 1000.0;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;

    private sealed record Facts(DateTimeOffset Started, string? TraceId, int Fsyncs, long BytesDown)
    {
        public bool Closed { get; init; }
    }
}
