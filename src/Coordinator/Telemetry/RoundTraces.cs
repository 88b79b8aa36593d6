using System.Diagnostics;
using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Telemetry;

namespace Distributed.Coordinator.Telemetry;

/// <summary>One trace a round: its root, linked to the round before, and the spans below it.</summary>
internal sealed class RoundTraces(string runId, string runName, string aggregator, long term)
{
    /// <summary>The coordinator's spans.</summary>
    public static readonly ActivitySource Source = new(TelemetryNames.Coordinator);

    private readonly Dictionary<int, ActivityContext> contexts = [];
    private Activity? root;
    private ActivityContext previous;

    /// <summary>Starts a round's trace.</summary>
    /// <returns>The trace id, or null when nobody listens.</returns>
    public string? Begin(RoundEffect.RoundPlanned planned)
    {
        root?.Dispose();
        using var detached = new Detached();
        var links = previous == default ? null : new[] { new ActivityLink(previous) };
        root = Source.StartActivity($"{TelemetryNames.Spans.Round} {runName}", ActivityKind.Internal, default(ActivityContext), null, links);
        if (root is null)
        {
            return null;
        }

        root.SetTag(TelemetryNames.Attributes.RunId, runId)
            .SetTag(TelemetryNames.Attributes.Round, planned.Round)
            .SetTag(TelemetryNames.Attributes.Term, term)
            .SetTag(TelemetryNames.Attributes.CohortSize, planned.Cohort)
            .SetTag(TelemetryNames.Attributes.Algorithm, aggregator);
        contexts[planned.Round] = root.Context;
        previous = root.Context;
        using var plan = Child(planned.Round, TelemetryNames.Spans.PlanRound);
        plan?.SetTag(TelemetryNames.Attributes.CohortEligible, planned.Eligible);
        return root.TraceId.ToHexString();
    }

    /// <summary>A span below a round's root.</summary>
    public Activity? Child(int round, string name, ActivityKind kind = ActivityKind.Internal)
    {
        if (!contexts.TryGetValue(round, out var parent))
        {
            return null;
        }

        using var detached = new Detached();
        return Source.StartActivity(name, kind, parent)?
            .SetTag(TelemetryNames.Attributes.RunId, runId)
            .SetTag(TelemetryNames.Attributes.Round, round);
    }

    /// <summary>The dispatch of a task; its context travels with the task.</summary>
    public string Dispatch(RoundEffect.Assign assign)
    {
        using var span = Child(assign.Task.Round, TelemetryNames.Spans.DispatchTask, ActivityKind.Producer);
        span?.SetTag(TelemetryNames.Attributes.NodeId, assign.Node);
        if (assign.Task.Kind == TaskKind.Train)
        {
            span?.SetTag(TelemetryNames.Attributes.ClientId, assign.Task.Index);
        }

        return span?.Id ?? "";
    }

    /// <summary>The round is over. Its context is kept for the evaluation of its version.</summary>
    public void End(RoundEffect.RoundClosed closed)
    {
        root?.SetTag(TelemetryNames.Attributes.Outcome, closed.Outcome)
            .SetTag(TelemetryNames.Attributes.UpdatesUsed, closed.Used)
            .SetTag(TelemetryNames.Attributes.UpdatesRefused, closed.Refused);
        root?.Dispose();
        root = null;
        foreach (var old in contexts.Keys.Where(round => round < closed.Round - 2).ToList())
        {
            contexts.Remove(old);
        }
    }

    // What runs in a grain's turn belongs to the round, not to whatever call the turn serves.
    private readonly struct Detached : IDisposable
    {
        private readonly Activity? before = Activity.Current;

        public Detached() => Activity.Current = null;

        public void Dispose() => Activity.Current = before;
    }
}
