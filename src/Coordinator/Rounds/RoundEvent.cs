using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Rounds;

/// <summary>What happened to a run. <paramref name="Now"/> is monotonic, in milliseconds: the machine has no clock of its own.</summary>
internal abstract record RoundEvent(long Now)
{
    /// <summary>The run begins, or goes on after a restart.</summary>
    public sealed record Started(long Now) : RoundEvent(Now);

    /// <summary>A node is connected; the run is announced to it.</summary>
    /// <param name="Now">Time.</param>
    /// <param name="Node">Name.</param>
    /// <param name="Session">Tells the node's connections apart; a later one has a larger number.</param>
    /// <param name="Slots">Tasks at the same time.</param>
    /// <param name="Pinned">Clients that only it can run; empty: any.</param>
    /// <param name="Holding">Tasks of this run that it has in work already.</param>
    public sealed record NodeJoined(
        long Now, string Node, long Session, int Slots, ImmutableArray<int> Pinned, ImmutableArray<TaskRef> Holding) : RoundEvent(Now);

    /// <summary>A node's connection is gone.</summary>
    public sealed record NodeLeft(long Now, string Node, long Session, string Reason) : RoundEvent(Now);

    /// <summary>A node can work on the run.</summary>
    /// <param name="Now">Time.</param>
    /// <param name="Node">Name.</param>
    /// <param name="Examples">Examples per client id.</param>
    /// <param name="TestExamples">Examples it can evaluate on.</param>
    /// <param name="ProxyExamples">Examples of the proxy set that it holds.</param>
    public sealed record NodeAccepted(
        long Now, string Node, ImmutableArray<long> Examples, long TestExamples, long ProxyExamples = 0) : RoundEvent(Now);

    /// <summary>A node cannot work on the run.</summary>
    public sealed record NodeRejected(long Now, string Node, ImmutableArray<string> Problems) : RoundEvent(Now);

    /// <summary>An update is in the spool and asks to be counted.</summary>
    public sealed record UpdateArrived(long Now, SpooledUpdate Update) : RoundEvent(Now);

    /// <summary>An update has begun to arrive: its node has time for the next task.</summary>
    public sealed record UploadBegun(long Now, int Round, int Client, string Node) : RoundEvent(Now);

    /// <summary>An upload was refused.</summary>
    public sealed record UploadRefused(long Now, int Round, int Client, string Node, string Code, string Detail) : RoundEvent(Now);

    /// <summary>A node gave a task up.</summary>
    public sealed record TaskFailed(long Now, string Node, TaskRef Task, string Code, string Detail) : RoundEvent(Now);

    /// <summary>A node evaluated a shard.</summary>
    public sealed record ShardEvaluated(long Now, string Node, TaskRef Task, ShardResult Result) : RoundEvent(Now);

    /// <summary>A timer that an effect had asked for.</summary>
    public sealed record TimerFired(long Now, RoundTimer Timer) : RoundEvent(Now);

    /// <summary>A node can be given the round's aggregation.</summary>
    public sealed record DelegationPrepared(long Now, int Round, ImmutableArray<byte> AggregatorState) : RoundEvent(Now);

    /// <summary>The new model is written beside its place.</summary>
    public sealed record Aggregated(long Now, int Round, AggregateResult Result) : RoundEvent(Now);

    /// <summary>There is no new model.</summary>
    /// <param name="Now">Time.</param>
    /// <param name="Round">The round.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Corrupt">Clients whose spooled bytes no longer match their checksums; empty: another reason.</param>
    public sealed record AggregationFailed(long Now, int Round, string Reason, ImmutableArray<int> Corrupt) : RoundEvent(Now)
    {
        /// <summary>Whether the coordinator's disk is the reason.</summary>
        public bool IsDiskFault { get; init; }
    }

    /// <summary>The new version has its manifest.</summary>
    public sealed record Committed(long Now, int Round, ContentHash Hash) : RoundEvent(Now);

    /// <summary>The new version has no manifest, e.g. the disk is full.</summary>
    public sealed record CommitRefused(long Now, int Round, string Reason) : RoundEvent(Now)
    {
        /// <summary>Whether the coordinator's disk is the reason.</summary>
        public bool IsDiskFault { get; init; }
    }

    /// <summary>The coordinator's disk did not take a file that no round waits for, e.g. a line of <c>rounds.jsonl</c>.</summary>
    public sealed record DiskFailed(long Now, string Reason) : RoundEvent(Now);

    /// <summary>The coordinator's disk was looked at.</summary>
    /// <param name="Now">Time.</param>
    /// <param name="Fault">What is still wrong with it; empty: nothing.</param>
    public sealed record DiskLookedAt(long Now, string Fault) : RoundEvent(Now);

    /// <summary>Another coordinator committed this version: this one must stop.</summary>
    public sealed record Fenced(long Now, string Reason) : RoundEvent(Now);

    /// <summary>An operator stops the run.</summary>
    public sealed record StopRequested(long Now) : RoundEvent(Now);

    /// <summary>Something of ours broke; the run ends rather than hangs.</summary>
    public sealed record Broken(long Now, string Reason) : RoundEvent(Now);
}

/// <summary>Sums over one shard of the test set.</summary>
internal sealed record ShardResult(long Examples, double LossSum, long Correct)
{
    /// <summary>Sums over the text of each domain; empty where the task has no text.</summary>
    public ImmutableArray<DomainSum> Domains { get; init; } = [];
}

/// <summary>Sums over the test text of one domain.</summary>
/// <param name="Name">The domain.</param>
/// <param name="Tokens">Tokens predicted, at least 1.</param>
/// <param name="Bytes">The same text in UTF-8, at least 1.</param>
/// <param name="LossSum">Sum of the tokens' losses, nats.</param>
internal sealed record DomainSum(string Name, long Tokens, long Bytes, double LossSum);

/// <summary>What the aggregation made.</summary>
/// <param name="Hash">SHA-256 of the new model's file.</param>
/// <param name="Coefficients">Share of each used client in the new model, in the order of the used updates.</param>
/// <param name="Report">The aggregator's own report as JSON, or null.</param>
internal sealed record AggregateResult(ContentHash Hash, ImmutableArray<double> Coefficients, string? Report);

/// <summary>What a timer is for.</summary>
internal enum TimerPurpose
{
    /// <summary>Closes a round.</summary>
    Deadline,

    /// <summary>Plans the next round after an abandoned one.</summary>
    BackOff,

    /// <summary>Gives an evaluation up.</summary>
    Evaluation,

    /// <summary>Abandons a round whose aggregation no node finished.</summary>
    Aggregation,

    /// <summary>Looks at the coordinator's disk again.</summary>
    Disk,
}

/// <summary>A timer; one that fires for a round which is over changes nothing.</summary>
internal readonly record struct RoundTimer(TimerPurpose Purpose, int Round);
