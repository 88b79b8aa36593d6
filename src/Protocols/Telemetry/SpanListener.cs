using System.Collections.Concurrent;
using System.Diagnostics;

namespace Distributed.Protocols.Telemetry;

/// <summary>Hears the project's finished spans, each with its run and as <see cref="SpanJson"/>. A span that names no run belongs to its trace's run.</summary>
public sealed class SpanListener : IDisposable
{
    private const int MaximumTraces = 4096;

    private readonly ConcurrentDictionary<ActivityTraceId, string> runOfTrace = new();
    private readonly Action<string, string> finished;
    private readonly ActivityListener listener;

    /// <summary>Listens until disposed.</summary>
    /// <param name="finished">Takes run id and span; called on the thread that ended the span, so it must be quick.</param>
    /// <param name="sources">Names of the activity sources.</param>
    public SpanListener(Action<string, string> finished, params IReadOnlyList<string> sources)
    {
        this.finished = finished;
        listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name, StringComparer.Ordinal),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Heard,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <inheritdoc />
    public void Dispose() => listener.Dispose();

    private void Heard(Activity activity)
    {
        var run = RunOf(activity);
        if (run is not null)
        {
            // Bounded: traces of long ago have no spans to come.
            if (runOfTrace.Count > MaximumTraces)
            {
                runOfTrace.Clear();
            }

            runOfTrace[activity.TraceId] = run;
        }
        else if (!runOfTrace.TryGetValue(activity.TraceId, out run))
        {
            return;
        }

        finished(run, SpanJson.Write(activity));
    }

    // The span itself or the nearest one around it in this process: a child ends before its parent does.
    private static string? RunOf(Activity activity)
    {
        for (var at = activity; at is not null; at = at.Parent)
        {
            if (at.GetTagItem(TelemetryNames.Attributes.RunId) is string run)
            {
                return run;
            }
        }

        return null;
    }
}
