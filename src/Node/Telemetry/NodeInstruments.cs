using System.Diagnostics;
using System.Diagnostics.Metrics;
using Distributed.Protocols.Telemetry;

namespace Distributed.Node.Telemetry;

/// <summary>Spans and metrics of a node.</summary>
internal static class NodeInstruments
{
    /// <summary>Spans of a node.</summary>
    public static readonly ActivitySource Source = new(TelemetryNames.Node);

    private static readonly Meter Meter = new(TelemetryNames.Node);
    private static readonly Counter<long> Samples = Meter.CreateCounter<long>(TelemetryNames.Metrics.Samples, "{sample}", "Examples trained on.");
    private static readonly Counter<long> TransferIo = Meter.CreateCounter<long>(TelemetryNames.Metrics.TransferIo, "By", "Bytes of models and updates.");
    private static readonly Histogram<double> StepDuration = Meter.CreateHistogram<double>(
        TelemetryNames.Metrics.StepDuration, "s", "One optimizer step.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3] });

    private static readonly KeyValuePair<string, object?> Down = new(TelemetryNames.Attributes.Direction, "down");
    private static readonly KeyValuePair<string, object?> Up = new(TelemetryNames.Attributes.Direction, "up");

    /// <summary>A step over <paramref name="examples"/> examples ended.</summary>
    public static void StepDone(int examples, long startedTimestamp)
    {
        Samples.Add(examples);
        if (StepDuration.Enabled)
        {
            StepDuration.Record(Stopwatch.GetElapsedTime(startedTimestamp).TotalSeconds);
        }
    }

    /// <summary>Bytes of a model arrived.</summary>
    public static void Downloaded(long bytes) => TransferIo.Add(bytes, Down);

    /// <summary>Bytes of an update left.</summary>
    public static void Uploaded(long bytes) => TransferIo.Add(bytes, Up);

    /// <summary>Starts a span below the task's dispatch span, which another process made.</summary>
    /// <param name="name">Name of the span.</param>
    /// <param name="traceparent">W3C trace context as received; ignored when malformed.</param>
    /// <returns>The span; when nobody listens, a stand-in that carries the context on and is written nowhere.</returns>
    public static Activity StartTask(string name, string traceparent)
    {
        var known = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        return (known ? Source.StartActivity(name, ActivityKind.Consumer, parent) : Source.StartActivity(name, ActivityKind.Consumer))
            ?? (known ? new Activity(name).SetParentId(traceparent) : new Activity(name)).Start();
    }

    /// <summary>The <c>traceparent</c> of a call made now: that of the nearest span that is written, here or where the task came from.</summary>
    public static string? Traceparent() => Activity.Current is not { } current ? null
        : current.Source == Source ? current.Id
        : current.ParentId;
}
