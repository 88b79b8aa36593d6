using System.Collections.Immutable;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;

namespace Distributed.Coordinator.Rounds;

/// <summary>What <see cref="RunGrain"/> is to do, in this order.</summary>
internal abstract record RoundEffect
{
    private RoundEffect()
    {
    }

    /// <summary>Tell a node of the run.</summary>
    public sealed record Announce(string Node) : RoundEffect;

    /// <summary>A round begins: its trace starts here.</summary>
    public sealed record RoundPlanned(int Round, int Cohort, int Eligible) : RoundEffect;

    /// <summary>Push a task to a node.</summary>
    /// <param name="Node">To whom.</param>
    /// <param name="Task">What.</param>
    /// <param name="BaseVersion">Version to start from or to evaluate.</param>
    /// <param name="BaseHash">Its hash.</param>
    /// <param name="Shards">Shards of the test set, when evaluating.</param>
    /// <param name="DeadlineMilliseconds">Time left; 0: none.</param>
    public sealed record Assign(string Node, TaskRef Task, long BaseVersion, ContentHash BaseHash, int Shards, long DeadlineMilliseconds) : RoundEffect
    {
        /// <summary>Whether the client goes on from buffers of its own, when training.</summary>
        public bool OwnBuffers { get; init; }

        /// <summary>What goes into the new model, when aggregating; ascending by client.</summary>
        public ImmutableArray<SpooledUpdate> Updates { get; init; } = [];

        /// <summary>What the aggregator passed on with the base version, when aggregating.</summary>
        public ImmutableArray<byte> AggregatorState { get; init; } = [];
    }

    /// <summary>Take a task back.</summary>
    public sealed record Cancel(string Node, TaskRef Task, string Reason) : RoundEffect;

    /// <summary>Start a timer; it comes back as <see cref="RoundEvent.TimerFired"/>.</summary>
    public sealed record StartTimer(RoundTimer Timer, long Milliseconds) : RoundEffect;

    /// <summary>Answer the upload that is waiting for this event.</summary>
    /// <param name="Counted">True: it counts; false: the same bytes had been counted before.</param>
    /// <param name="Refusal">Or why it does not count.</param>
    public sealed record Answer(bool Counted, Refusal? Refusal) : RoundEffect;

    /// <summary>Remove one update from the spool.</summary>
    public sealed record DiscardUpdate(UpdateId Id) : RoundEffect;

    /// <summary>Make the new model out of these updates (ascending by client); for round 0 it is the one update itself.</summary>
    public sealed record Aggregate(int Round, long BaseVersion, ImmutableArray<SpooledUpdate> Updates) : RoundEffect;

    /// <summary>Make ready for a node to aggregate: nothing of an earlier attempt stays, and the aggregator's state is read.</summary>
    public sealed record PrepareDelegation(int Round, long BaseVersion) : RoundEffect;

    /// <summary>Make the new model out of the one that a node uploaded.</summary>
    public sealed record TakeAggregate(int Round, SpooledUpdate Update, ImmutableArray<SpooledUpdate> Updates) : RoundEffect;

    /// <summary>Create the manifest of the model that the aggregation wrote.</summary>
    public sealed record Commit(int Round, long Version, ContentHash Hash, ContentHash Parent, ImmutableArray<ContentHash> Updates) : RoundEffect;

    /// <summary>Drop the model that the aggregation wrote.</summary>
    public sealed record DiscardModel : RoundEffect;

    /// <summary>Write the run's state; done before the effects behind it.</summary>
    public sealed record Persist : RoundEffect;

    /// <summary>The round is over, as far as the trace and the metrics go.</summary>
    public sealed record RoundClosed(int Round, string Outcome, double Seconds, long Version, int Used, int Refused) : RoundEffect;

    /// <summary>Append a line to <c>rounds.jsonl</c>.</summary>
    public sealed record Emit(RoundRecord Record) : RoundEffect;

    /// <summary>Remove a round's updates from the spool.</summary>
    public sealed record RemoveRound(int Round) : RoundEffect;

    /// <summary>Remove model files older than this version.</summary>
    public sealed record Prune(long KeepFrom) : RoundEffect;

    /// <summary>Find out whether the disk takes files again.</summary>
    public sealed record LookAtDisk : RoundEffect;

    /// <summary>The run is over: tell the nodes, write the summary.</summary>
    public sealed record EndRun(string Outcome, string Reason) : RoundEffect;

    /// <summary>This coordinator was fenced: stop the process.</summary>
    public sealed record StopHost(string Reason) : RoundEffect;
}
