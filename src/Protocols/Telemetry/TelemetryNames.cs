namespace Distributed.Protocols.Telemetry;

/// <summary>
/// Names of sources, spans, attributes and metrics, once for code, dashboards and tests. There is no OpenTelemetry convention for training yet, so the
/// namespace <c>train.</c> is ours; units are UCUM (<c>s</c>, <c>By</c>, <c>{round}</c>).
/// </summary>
public static class TelemetryNames
{
    /// <summary>Activity source and meter of the coordinator.</summary>
    public const string Coordinator = "Distributed.Coordinator";

    /// <summary>Activity source and meter of a node.</summary>
    public const string Node = "Distributed.Node";

    /// <summary>Span names: lower-case phrases. A round is one trace with <c>round {run.name}</c> as its root.</summary>
    public static class Spans
    {
        /// <summary>Root of a round's trace, followed by the run's name.</summary>
        public const string Round = "round";

        /// <summary>Choosing the cohort.</summary>
        public const string PlanRound = "plan round";

        /// <summary>Pushing one task to a node (producer).</summary>
        public const string DispatchTask = "dispatch task";

        /// <summary>A node's work on one training task (consumer).</summary>
        public const string TrainLocally = "train locally";

        /// <summary>A node's work on one evaluation task (consumer).</summary>
        public const string Evaluate = "evaluate";

        /// <summary>Fetching the base model (client).</summary>
        public const string DownloadModel = "download model";

        /// <summary>Sending an update (client).</summary>
        public const string UploadUpdate = "upload update";

        /// <summary>Receiving, checking and spooling an update (server).</summary>
        public const string AdmitUpdate = "admit update";

        /// <summary>Folding the admitted updates.</summary>
        public const string Aggregate = "aggregate";

        /// <summary>Making the new version durable.</summary>
        public const string CommitModel = "commit model";
    }

    /// <summary>Attribute names. Identities (run, node, update) are span attributes only, never metric dimensions.</summary>
    public static class Attributes
    {
        /// <summary>Run id.</summary>
        public const string RunId = "train.run.id";

        /// <summary>Round number.</summary>
        public const string Round = "train.round";

        /// <summary>Term of the coordinator.</summary>
        public const string Term = "train.term";

        /// <summary>Number of clients in the cohort.</summary>
        public const string CohortSize = "train.cohort.size";

        /// <summary>Number of clients the cohort was drawn from.</summary>
        public const string CohortEligible = "train.cohort.eligible";

        /// <summary>Aggregator's name.</summary>
        public const string Algorithm = "train.algorithm";

        /// <summary>Node name.</summary>
        public const string NodeId = "train.node.id";

        /// <summary>Client id.</summary>
        public const string ClientId = "train.client.id";

        /// <summary>Examples trained on.</summary>
        public const string Samples = "train.samples";

        /// <summary>Local epochs.</summary>
        public const string Epochs = "train.epochs";

        /// <summary>Update identity.</summary>
        public const string UpdateId = "train.update.id";

        /// <summary>Size of an update.</summary>
        public const string UpdateBytes = "train.update.bytes";

        /// <summary>Wire name of a refusal.</summary>
        public const string RefusalCode = "train.refusal.code";

        /// <summary>Updates in the aggregate.</summary>
        public const string UpdatesUsed = "train.updates.used";

        /// <summary>Updates refused in the round.</summary>
        public const string UpdatesRefused = "train.updates.refused";

        /// <summary>Model version.</summary>
        public const string ModelVersion = "train.model.version";

        /// <summary>Size of a checkpoint.</summary>
        public const string CheckpointBytes = "train.checkpoint.bytes";

        /// <summary>How something ended, a bounded set per metric.</summary>
        public const string Outcome = "outcome";

        /// <summary>Phase of a round: plan, dispatch, wait, admit, aggregate, commit.</summary>
        public const string Phase = "phase";

        /// <summary>up or down.</summary>
        public const string Direction = "direction";

        /// <summary>State of a node.</summary>
        public const string State = "state";
    }

    /// <summary>Metric names.</summary>
    public static class Metrics
    {
        /// <summary>Histogram, s; algorithm, outcome.</summary>
        public const string RoundDuration = "train.round.duration";

        /// <summary>Histogram, s; phase.</summary>
        public const string RoundPhaseDuration = "train.round.phase.duration";

        /// <summary>Counter, {round}; outcome committed, abandoned, superseded.</summary>
        public const string Rounds = "train.rounds";

        /// <summary>Counter, {update}; outcome used, late, duplicate, refused, and the refusal's code.</summary>
        public const string Updates = "train.updates";

        /// <summary>Histogram, By; direction.</summary>
        public const string UpdateSize = "train.update.size";

        /// <summary>Counter, By; direction.</summary>
        public const string TransferIo = "train.transfer.io";

        /// <summary>Up-down counter, {node}; state.</summary>
        public const string Nodes = "train.nodes";

        /// <summary>Counter, {sample}.</summary>
        public const string Samples = "train.samples";

        /// <summary>Histogram, s.</summary>
        public const string StepDuration = "train.step.duration";

        /// <summary>Histogram, s; reason.</summary>
        public const string NodeIdleDuration = "train.node.idle.duration";

        /// <summary>Gauge, 1; split.</summary>
        public const string Loss = "train.loss";

        /// <summary>Gauge, 1; split.</summary>
        public const string Accuracy = "train.accuracy";

        /// <summary>Histogram, s; operation, outcome.</summary>
        public const string CheckpointDuration = "train.checkpoint.duration";

        /// <summary>Up-down counter, By.</summary>
        public const string SpoolUsage = "train.spool.usage";

        /// <summary>Gauge, s.</summary>
        public const string ClockOffset = "train.clock.offset";
    }
}
