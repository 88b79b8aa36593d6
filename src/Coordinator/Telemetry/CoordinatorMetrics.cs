using System.Diagnostics.Metrics;
using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Telemetry;

namespace Distributed.Coordinator.Telemetry;

/// <summary>The coordinator's instruments for runs and membership. Run and node ids are never dimensions.</summary>
internal sealed class CoordinatorMetrics
{
    private readonly Histogram<double> roundDuration;
    private readonly Histogram<double> phaseDuration;
    private readonly Histogram<double> checkpointDuration;
    private readonly Counter<long> rounds;
    private readonly UpDownCounter<long> nodes;
    private readonly Gauge<double> loss;
    private readonly Gauge<double> accuracy;
    private readonly Gauge<double> clockOffset;

    public CoordinatorMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(TelemetryNames.Coordinator);
        roundDuration = meter.CreateHistogram<double>(TelemetryNames.Metrics.RoundDuration, "s", "Plan to commit of a round.");
        phaseDuration = meter.CreateHistogram<double>(TelemetryNames.Metrics.RoundPhaseDuration, "s", "Phases of a round.");
        checkpointDuration = meter.CreateHistogram<double>(TelemetryNames.Metrics.CheckpointDuration, "s", "Operations on checkpoints.");
        rounds = meter.CreateCounter<long>(TelemetryNames.Metrics.Rounds, "{round}", "Rounds by outcome.");
        nodes = meter.CreateUpDownCounter<long>(TelemetryNames.Metrics.Nodes, "{node}", "Nodes by state.");
        loss = meter.CreateGauge<double>(TelemetryNames.Metrics.Loss, "1", "Loss of the newest evaluated version.");
        accuracy = meter.CreateGauge<double>(TelemetryNames.Metrics.Accuracy, "1", "Accuracy of the newest evaluated version.");
        clockOffset = meter.CreateGauge<double>(TelemetryNames.Metrics.ClockOffset, "s", "A node's clock minus the coordinator's.");
    }

    /// <summary>A round is over.</summary>
    public void Round(RoundEffect.RoundClosed closed, string algorithm)
    {
        rounds.Add(1, Tag(TelemetryNames.Attributes.Outcome, closed.Outcome));
        roundDuration.Record(closed.Seconds, Tag("algorithm", algorithm), Tag(TelemetryNames.Attributes.Outcome, closed.Outcome));
    }

    /// <summary>A phase of a round took so long.</summary>
    public void Phase(string phase, TimeSpan duration) => phaseDuration.Record(duration.TotalSeconds, Tag(TelemetryNames.Attributes.Phase, phase));

    /// <summary>An operation on a checkpoint took so long.</summary>
    public void Checkpoint(string operation, TimeSpan duration, bool done) => checkpointDuration.Record(
        duration.TotalSeconds, Tag("operation", operation), Tag(TelemetryNames.Attributes.Outcome, done ? "done" : "failed"));

    /// <summary>A version was evaluated.</summary>
    public void Evaluated(double testAccuracy, double testLoss)
    {
        accuracy.Record(testAccuracy, Tag("split", "test"));
        loss.Record(testLoss, Tag("split", "test"));
    }

    /// <summary>A node is connected.</summary>
    public void NodeJoined() => nodes.Add(1, Tag(TelemetryNames.Attributes.State, "joined"));

    /// <summary>A node is gone.</summary>
    public void NodeLeft() => nodes.Add(-1, Tag(TelemetryNames.Attributes.State, "joined"));

    /// <summary>A heartbeat told a node's clock.</summary>
    public void ClockOffset(TimeSpan offset) => clockOffset.Record(offset.TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
