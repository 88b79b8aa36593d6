using System.Collections.Immutable;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>Where a run stands.</summary>
internal enum RunPhase
{
    /// <summary>Too few nodes have accepted the run.</summary>
    WaitingForNodes,

    /// <summary>Round 0: one node builds the initial model.</summary>
    Initializing,

    /// <summary>A round is open.</summary>
    Collecting,

    /// <summary>The round is closed and its updates are being folded.</summary>
    Aggregating,

    /// <summary>The new model is being made durable.</summary>
    Committing,

    /// <summary>The round is closed, and the coordinator's disk does not take its new model.</summary>
    Held,

    /// <summary>A round was abandoned; the next one waits a little.</summary>
    BackingOff,

    /// <summary>The last round is over, evaluations are not.</summary>
    Finishing,

    /// <summary>Nothing will happen any more.</summary>
    Ended,
}

/// <summary>Everything <see cref="RoundMachine"/> knows of a run. Immutable.</summary>
internal sealed record RoundState
{
    /// <summary>The run's fixed facts.</summary>
    public required RunSetup Setup { get; init; }

    /// <summary>Where the run stands.</summary>
    public RunPhase Phase { get; init; } = RunPhase.WaitingForNodes;

    /// <summary>completed, partial, failed or stopped; empty while it goes on.</summary>
    public string Outcome { get; init; } = "";

    /// <summary>Why it ended, or what it last stumbled over.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Nodes of this run, by name.</summary>
    public ImmutableSortedDictionary<string, RunNode> Nodes { get; init; } =
        ImmutableSortedDictionary.Create<string, RunNode>(StringComparer.Ordinal);

    /// <summary>The open round; when none is open, the one to be planned next. 0: the initial model is to be built.</summary>
    public int Round { get; init; }

    /// <summary>Newest committed version; -1: none yet.</summary>
    public long Version { get; init; } = -1;

    /// <summary>Its hash.</summary>
    public ContentHash ModelHash { get; init; }

    /// <summary>Rounds abandoned since the last commit.</summary>
    public int AbandonedInRow { get; init; }

    /// <summary>The first round since an operator took the ended run up again; rounds abandoned before do not count against it. 0: none did.</summary>
    public int ResumedAt { get; init; }

    /// <summary>Rounds abandoned in all.</summary>
    public int Abandoned { get; init; }

    /// <summary>The open round's clients; of round 0, client 0 stands for the initial model.</summary>
    public ImmutableSortedDictionary<int, ClientWork> Clients { get; init; } = ImmutableSortedDictionary<int, ClientWork>.Empty;

    /// <summary>Clients of the round that no node works on and whose update is not in, in the order in which they are given out.</summary>
    public ImmutableSortedSet<int> Waiting { get; init; } = [];

    /// <summary>Number of admitted updates of the round.</summary>
    public int Admitted { get; init; }

    /// <summary>Refused uploads of the round.</summary>
    public ImmutableArray<RefusedUpdate> Refused { get; init; } = [];

    /// <summary>When the round was planned.</summary>
    public long StartedAt { get; init; }

    /// <summary>When the round closes.</summary>
    public long DeadlineAt { get; init; }

    /// <summary>Clients that go on from running statistics of their own, where the run's clients keep them: those whose update was counted before.</summary>
    public ImmutableHashSet<int> WithBuffers { get; init; } = [];

    /// <summary>The round's aggregation while it is a node's work; null: it is not.</summary>
    public Delegation? Delegation { get; init; }

    /// <summary>What the aggregation of the round made.</summary>
    public AggregateResult? Result { get; init; }

    /// <summary>Evaluations that are not finished, by the round that made the version.</summary>
    public ImmutableSortedDictionary<int, Evaluation> Evaluations { get; init; } = ImmutableSortedDictionary<int, Evaluation>.Empty;

    /// <summary>Records of closed rounds whose line is not out yet, in round order.</summary>
    public ImmutableArray<RoundRecord> Pending { get; init; } = [];

    /// <summary>The newest record that is out, for status and summary.</summary>
    public RoundRecord? LastRecord { get; init; }

    /// <summary>Refused uploads of the whole run.</summary>
    public int RefusedInAll { get; init; }

    /// <summary>The lost node that alone had a client's data, by client.</summary>
    public ImmutableSortedDictionary<int, string> LostSites { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>What is wrong with the coordinator's disk; empty: nothing. No task is given out meanwhile, and no deadline closes a round.</summary>
    public string DiskFault { get; init; } = "";

    /// <summary>How often the disk was looked at in vain since.</summary>
    public int DiskLooks { get; init; }

    /// <summary>Whether the run pauses for the coordinator's disk.</summary>
    public bool IsPaused => DiskFault.Length > 0;

    /// <summary>Whether uploads of <see cref="Round"/> are taken.</summary>
    public bool IsOpen => Phase is RunPhase.Initializing or RunPhase.Collecting;

    /// <summary>Whether a round is open and no node is there to work on it.</summary>
    public bool IsStranded => IsOpen && !AcceptedNodes.Any();

    /// <summary>Nodes that accepted the run.</summary>
    public IEnumerable<RunNode> AcceptedNodes => Nodes.Values.Where(node => node.IsAccepted);
}

/// <summary>A node as one run sees it.</summary>
internal sealed record RunNode
{
    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Its connection.</summary>
    public required long Session { get; init; }

    /// <summary>Tasks at the same time.</summary>
    public required int Slots { get; init; }

    /// <summary>Clients that it can run; empty: any.</summary>
    public ImmutableSortedSet<int> Pinned { get; init; } = [];

    /// <summary>Whether it accepted the run; null: not answered yet.</summary>
    public bool? Accepted { get; init; }

    /// <summary>Why it rejected the run.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Examples per client id.</summary>
    public ImmutableArray<long> Examples { get; init; } = [];

    /// <summary>Examples it can evaluate on.</summary>
    public long TestExamples { get; init; }

    /// <summary>Examples of the proxy set that it holds; 0: it cannot aggregate.</summary>
    public long ProxyExamples { get; init; }

    /// <summary>Tasks it works on.</summary>
    public ImmutableHashSet<TaskRef> InFlight { get; init; } = [];

    /// <summary>Those of them whose work is done and whose update is on its way.</summary>
    public ImmutableHashSet<TaskRef> Sending { get; init; } = [];

    /// <summary>Whether it can be given tasks.</summary>
    public bool IsAccepted => Accepted is true;

    /// <summary>Tasks it can take now. While updates are on their way others are worked on; at most one is on its way for each slot, so that a slow line does not pile them up.</summary>
    public int FreeSlots => IsAccepted ? Slots - (InFlight.Count - Math.Min(Sending.Count, Slots)) : 0;

    /// <summary>Whether this client's data can be had there. A client without examples can run anywhere.</summary>
    public bool CanRun(int client) => Accepted is not false && (Pinned.IsEmpty || Pinned.Contains(client));
}

/// <summary>A client's part in the open round.</summary>
internal sealed record ClientWork
{
    /// <summary>Its admitted update.</summary>
    public SpooledUpdate? Update { get; init; }

    /// <summary>Who works on it.</summary>
    public string? Node { get; init; }

    /// <summary>Nodes that tried and failed.</summary>
    public ImmutableHashSet<string> FailedOn { get; init; } = [];

    /// <summary>What went wrong last.</summary>
    public string? Reason { get; init; }
}

/// <summary>An aggregation that a node does, because it needs the proxy set.</summary>
internal sealed record Delegation
{
    /// <summary>When it is given up.</summary>
    public required long DeadlineAt { get; init; }

    /// <summary>What the aggregator passed on with the base version; default: not read yet.</summary>
    public ImmutableArray<byte> AggregatorState { get; init; }

    /// <summary>Who works on it.</summary>
    public string? Node { get; init; }

    /// <summary>Nodes that tried and failed.</summary>
    public ImmutableHashSet<string> FailedOn { get; init; } = [];

    /// <summary>What went wrong last.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The model that came back, admitted.</summary>
    public SpooledUpdate? Result { get; init; }

    /// <summary>Whether nobody works on it and nothing has come back.</summary>
    public bool IsPending => Node is null && Result is null;

    /// <summary>Whether it can be given to a node.</summary>
    public bool IsWaiting => IsPending && !AggregatorState.IsDefault;
}

/// <summary>An evaluation of one version, cut into contiguous shards when its first shard is given out.</summary>
internal sealed record Evaluation
{
    /// <summary>The version.</summary>
    public required long Version { get; init; }

    /// <summary>Its hash.</summary>
    public required ContentHash Hash { get; init; }

    /// <summary>Number of shards; 0: not cut yet.</summary>
    public int Shards { get; init; }

    /// <summary>Shards nobody works on.</summary>
    public ImmutableSortedSet<int> Waiting { get; init; } = [];

    /// <summary>Finished shards.</summary>
    public ImmutableSortedDictionary<int, ShardResult> Results { get; init; } = ImmutableSortedDictionary<int, ShardResult>.Empty;

    /// <summary>Nodes that failed a shard; they get no other of this version.</summary>
    public ImmutableHashSet<string> FailedOn { get; init; } = [];
}
