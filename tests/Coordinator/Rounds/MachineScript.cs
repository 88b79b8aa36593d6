using System.Collections.Immutable;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;

namespace Distributed.Coordinator.Tests.Rounds;

/// <summary>Drives <see cref="RoundMachine"/> by hand: a clock, the state, and the effects of the last event.</summary>
internal sealed class MachineScript(RunSetup setup)
{
    private long sessions;

    public RoundState State { get; private set; } = new() { Setup = setup };

    public ImmutableArray<RoundEffect> Effects { get; private set; } = [];

    public List<RoundEffect> All { get; } = [];

    public long Now { get; set; }

    public static RunSetup Setup(int rounds = 3, int clients = 4, int cohort = 4, int quorum = 3, int maximumAbandoned = 3, int evaluateEvery = 0, int minimumNodes = 1) => new()
    {
        RunId = "run",
        Seed = 1,
        Rounds = rounds,
        Clients = clients,
        CohortSize = cohort,
        QuorumSize = quorum,
        DeadlineMilliseconds = 1000,
        MinimumNodes = minimumNodes,
        MaximumAbandoned = maximumAbandoned,
        EvaluateEvery = evaluateEvery,
        Durable = true,
    };

    public static ContentHash HashOf(string text) => ContentHash.Of(System.Text.Encoding.UTF8.GetBytes(text));

    public MachineScript From(RoundState state)
    {
        State = state;
        return this;
    }

    public MachineScript Apply(RoundEvent happened)
    {
        (State, Effects) = RoundMachine.Apply(State, happened);
        All.AddRange(Effects);
        return this;
    }

    public MachineScript Start() => Apply(new RoundEvent.Started(Now));

    public MachineScript Join(string node, int slots = 1, params int[] pinned) =>
        Apply(new RoundEvent.NodeJoined(Now, node, ++sessions, slots, [.. pinned], []));

    public MachineScript Accept(string node, long testExamples = 100, params long[] examples) =>
        Apply(new RoundEvent.NodeAccepted(Now, node, [.. examples], testExamples));

    public MachineScript Node(string node, int slots = 1, params int[] pinned) => Join(node, slots, pinned).Accept(node);

    public MachineScript Leave(string node) => Apply(new RoundEvent.NodeLeft(Now, node, State.Nodes[node].Session, "cut"));

    public SpooledUpdate Update(int client, string node = "a", double weight = 1, string? bytes = null) => new(
        new UpdateId("run", State.Round, client, Math.Max(0, State.Version)), HashOf(bytes ?? $"{State.Round}/{client}"), 100, node, weight, 10, 0.5, 0.1);

    public MachineScript Arrive(int client, string node = "a", double weight = 1, string? bytes = null) =>
        Apply(new RoundEvent.UpdateArrived(Now, Update(client, node, weight, bytes)));

    public MachineScript Begin(int client, string node = "a") => Apply(new RoundEvent.UploadBegun(Now, State.Round, client, node));

    public MachineScript Fail(TaskRef task, string node) => Apply(new RoundEvent.TaskFailed(Now, node, task, "TRAINING_FAILED", "no luck"));

    public MachineScript Deadline()
    {
        Now = Math.Max(Now, State.DeadlineAt);
        return Apply(new RoundEvent.TimerFired(Now, new RoundTimer(TimerPurpose.Deadline, State.Round)));
    }

    public MachineScript BackOff() => Apply(new RoundEvent.TimerFired(Now, new RoundTimer(TimerPurpose.BackOff, State.Round)));

    public MachineScript Aggregate()
    {
        var order = Single<RoundEffect.Aggregate>();
        return Apply(new RoundEvent.Aggregated(Now, order.Round, new AggregateResult(HashOf($"model {order.Round}"), [.. order.Updates.Select(_ => 1.0 / order.Updates.Length)], null)));
    }

    public MachineScript Commit() => Apply(new RoundEvent.Committed(Now, State.Round, State.Result!.Hash));

    /// <summary>Initial model in, round 1 open on node a with as many slots as asked for.</summary>
    public MachineScript Opened(int slots = 4) => Start().Node("a", slots).Arrive(0).Aggregate().Commit();

    public T Single<T>()
        where T : RoundEffect => Assert.Single(Effects.OfType<T>());

    public IReadOnlyList<T> Of<T>()
        where T : RoundEffect => [.. Effects.OfType<T>()];
}
