using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Telemetry;

namespace Distributed.Coordinator.Telemetry;

/// <summary>Counts what goes over the wire: metrics for dashboards, and totals per run for the round records.</summary>
internal sealed class TransferMeter
{
    private readonly ConcurrentDictionary<string, Totals> runs = new(StringComparer.Ordinal);
    private readonly Counter<long> io;
    private readonly Counter<long> updates;
    private readonly Histogram<long> size;

    public TransferMeter(IMeterFactory factory)
    {
        var meter = factory.Create(TelemetryNames.Coordinator);
        io = meter.CreateCounter<long>(TelemetryNames.Metrics.TransferIo, "By", "Bytes of models and updates transferred.");
        updates = meter.CreateCounter<long>(TelemetryNames.Metrics.Updates, "{update}", "Updates by what became of them.");
        size = meter.CreateHistogram<long>(TelemetryNames.Metrics.UpdateSize, "By", "Size of admitted updates.");
    }

    /// <summary>Bytes of updates received for a run since this process started; a round's share is the difference of two readings.</summary>
    public long BytesUp(string runId) => runs.TryGetValue(runId, out var totals) ? Volatile.Read(ref totals.Up) : 0;

    /// <summary>Bytes of models sent for a run since this process started.</summary>
    public long BytesDown(string runId) => runs.TryGetValue(runId, out var totals) ? Volatile.Read(ref totals.Down) : 0;

    /// <summary>Forgets a run that has ended.</summary>
    public void Forget(string runId) => runs.TryRemove(runId, out _);

    /// <summary>A chunk of an update came in.</summary>
    public void Received(string runId, int bytes)
    {
        Interlocked.Add(ref Of(runId).Up, bytes);
        io.Add(bytes, Tag(TelemetryNames.Attributes.Direction, "up"));
    }

    /// <summary>A chunk of a model went out.</summary>
    public void Sent(string runId, int bytes)
    {
        Interlocked.Add(ref Of(runId).Down, bytes);
        io.Add(bytes, Tag(TelemetryNames.Attributes.Direction, "down"));
    }

    /// <summary>An update was admitted, or had been before.</summary>
    public void Admitted(long bytes, bool first)
    {
        updates.Add(1, Tag(TelemetryNames.Attributes.Outcome, first ? "used" : "duplicate"));
        if (first)
        {
            size.Record(bytes, Tag(TelemetryNames.Attributes.Direction, "up"));
        }
    }

    /// <summary>An update was refused.</summary>
    public void Refused(RefusalCode code) => updates.Add(
        1,
        Tag(TelemetryNames.Attributes.Outcome, code == RefusalCode.RoundClosed ? "late" : "refused"),
        Tag(TelemetryNames.Attributes.RefusalCode, RefusalCodes.WireName(code)));

    private Totals Of(string runId) => runs.GetOrAdd(runId, _ => new Totals());

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private sealed class Totals
    {
        public long Up;
        public long Down;
    }
}
