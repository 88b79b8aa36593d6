using System.Collections.Immutable;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Rounds;

/// <summary>A round whose aggregation is a node's work.</summary>
public sealed class DelegationTests
{
    private static readonly TaskRef Task = new(TaskKind.Aggregate, 1, 0);

    [Fact]
    public void Start_NobodyHoldsTheProxySet_WaitsAndSaysSo()
    {
        var script = new MachineScript(Setup()).Start().Node("a");

        Assert.Equal(RunPhase.WaitingForNodes, script.State.Phase);
        Assert.Contains("none holds the proxy set", RoundMachine.Describe(script.State, 0), StringComparison.Ordinal);

        script.Join("b").Apply(new RoundEvent.NodeAccepted(0, "b", [], 100, 20));
        Assert.Equal(RunPhase.Initializing, script.State.Phase);
    }

    [Fact]
    public void InitialModel_IsTakenByTheCoordinator() =>
        Assert.DoesNotContain(Opened().All, effect => effect is RoundEffect.PrepareDelegation);

    [Fact]
    public void Closed_PreparesThenGivesTheUpdatesToTheHolderOfTheProxySet()
    {
        var script = Closed();
        Assert.Equal((1, 0L), (script.Single<RoundEffect.PrepareDelegation>().Round, script.Single<RoundEffect.PrepareDelegation>().BaseVersion));
        Assert.Empty(script.Of<RoundEffect.Aggregate>());
        Assert.Empty(script.Of<RoundEffect.Assign>());

        Prepared(script);

        var assign = script.Single<RoundEffect.Assign>();
        Assert.Equal(("p", Task, 0L, MachineScript.HashOf("model 0")), (assign.Node, assign.Task, assign.BaseVersion, assign.BaseHash));
        Assert.Equal([0, 1, 2, 3], assign.Updates.Select(update => update.Id.Client));
        Assert.Equal([7, 8], assign.AggregatorState.ToArray());
        Assert.Contains("node p aggregates 4 updates", RoundMachine.Describe(script.State, script.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void Aggregate_Arrived_IsTakenAndCommittedWithItsCoefficients()
    {
        var script = Prepared(Closed());

        script.Apply(Aggregate(script));
        Assert.True(script.Single<RoundEffect.Answer>().Counted);
        Assert.Equal("aggregate", TextOf(script.Single<RoundEffect.TakeAggregate>().Update));
        Assert.Empty(script.State.Nodes["p"].InFlight);

        script.Apply(new RoundEvent.Aggregated(0, 1, new AggregateResult(MachineScript.HashOf("aggregate"), [0.1, 0.2, 0.3, 0.4], """{"metrics":{"gamma":0.9}}""")));
        Assert.Equal(Enumerable.Range(0, 4).Select(client => MachineScript.HashOf($"1/{client}")), script.Single<RoundEffect.Commit>().Updates.AsEnumerable());
        script.Commit();

        var record = script.Single<RoundEffect.Emit>().Record;
        Assert.Equal([0.1, 0.2, 0.3, 0.4], record.Used.Select(used => used.Coefficient));
        Assert.Equal(0.9, record.Report!.Value.GetProperty("metrics").GetProperty("gamma").GetDouble());
        Assert.Null(script.State.Delegation);
    }

    [Fact]
    public void Aggregate_Again_AcceptedOnceOtherBytesConflict()
    {
        var script = Prepared(Closed());
        script.Apply(Aggregate(script)).Apply(Aggregate(script));
        Assert.Equal((false, null), (script.Single<RoundEffect.Answer>().Counted, script.Single<RoundEffect.Answer>().Refusal));
        Assert.Empty(script.Of<RoundEffect.TakeAggregate>());

        script.Apply(Aggregate(script, bytes: "other"));
        Assert.Equal(RefusalCode.UpdateConflict, script.Single<RoundEffect.Answer>().Refusal!.Code);
    }

    [Fact]
    public void Aggregate_OfAnotherNodeRoundVersionOrClients_Refused()
    {
        var script = Prepared(Closed());
        Assert.Equal(RefusalCode.TaskUnknown, Answer(script, Aggregate(script, node: "a")));
        Assert.Equal(RefusalCode.RoundClosed, Answer(script, Aggregate(script, round: 0)));
        Assert.Equal(RefusalCode.VersionMismatch, Answer(script, Aggregate(script, version: 5)));
        Assert.Equal(RefusalCode.ProtocolViolation, Answer(script, Aggregate(script, clients: 3)));
        Assert.Equal(RefusalCode.RoundClosed, Answer(Opened(), Aggregate(script)));
        Assert.NotNull(script.State.Delegation!.Node);
    }

    [Fact]
    public void Node_Lost_TheAggregationGoesToAnotherHolder()
    {
        var script = Prepared(Closed(alsoHolds: true));
        var first = script.Single<RoundEffect.Assign>().Node;

        script.Leave(first);

        var second = script.Single<RoundEffect.Assign>();
        Assert.Equal(Task, second.Task);
        Assert.NotEqual(first, second.Node);
        Assert.Equal(4, second.Updates.Length);
    }

    [Fact]
    public void OnlyHolder_Lost_IsWaitedForAndGetsItAgain()
    {
        var script = Prepared(Closed()).Leave("p");
        Assert.Contains("no connected node holds the proxy set", RoundMachine.Describe(script.State, script.Now), StringComparison.Ordinal);

        script.Join("p").Apply(new RoundEvent.NodeAccepted(0, "p", [], 100, 20));
        Assert.Equal(Task, script.Single<RoundEffect.Assign>().Task);
    }

    [Fact]
    public void OnlyHolder_Failed_TheRoundIsAbandonedWithItsReason()
    {
        var script = Prepared(Closed()).Fail(Task, "p");

        Assert.Equal(RunPhase.BackingOff, script.State.Phase);
        Assert.Contains("no luck", script.State.Reason, StringComparison.Ordinal);
        Assert.Contains("no other node holds the proxy set", script.Single<RoundEffect.Emit>().Record.Reason, StringComparison.Ordinal);
        Assert.Null(script.State.Delegation);
    }

    [Fact]
    public void Deadline_Passed_TheTaskIsTakenBackAndTheRoundAbandoned()
    {
        var script = Prepared(Closed());
        script.Now = script.State.Delegation!.DeadlineAt - 10;
        script.Apply(Timer(script));
        Assert.Equal(10, script.Single<RoundEffect.StartTimer>().Milliseconds);

        script.Now += 10;
        script.Apply(Timer(script));

        Assert.Equal(("p", Task), (script.Single<RoundEffect.Cancel>().Node, script.Single<RoundEffect.Cancel>().Task));
        Assert.Contains("node p did not finish", script.State.Reason, StringComparison.Ordinal);
        Assert.Equal(RunPhase.BackingOff, script.State.Phase);
    }

    [Fact]
    public void Update_FoundDamaged_TheClientIsAskedAgainAndTheTaskTakenBack()
    {
        var script = Prepared(Closed());
        script.Apply(new RoundEvent.AggregationFailed(script.Now, 1, "UPDATE_CHECKSUM", [2]));

        Assert.Equal(Task, script.Single<RoundEffect.Cancel>().Task);
        Assert.Equal(RunPhase.Collecting, script.State.Phase);
        Assert.Equal(2, script.Single<RoundEffect.Assign>().Task.Index);

        script.Arrive(2, bytes: "again");
        Assert.Equal(1, script.Single<RoundEffect.PrepareDelegation>().Round);
    }

    [Fact]
    public void Evaluation_OfTheFormerVersion_GoesOnMeanwhile()
    {
        var script = new MachineScript(Setup() with { EvaluateEvery = 1 });
        script = NextClosed(Prepared(Closed(Open(script))));
        var shard = Assert.Single(script.State.Nodes.Values.SelectMany(node => node.InFlight).Where(task => task.Kind == TaskKind.Evaluate).Distinct().Take(1));
        Assert.Equal(RunPhase.Aggregating, script.State.Phase);

        var evaluator = script.State.Nodes.Values.First(node => node.InFlight.Contains(shard)).Name;
        script.Apply(new RoundEvent.ShardEvaluated(script.Now, evaluator, shard, new ShardResult(10, 1, 5)));

        Assert.True(script.State.Evaluations.IsEmpty || script.State.Evaluations[1].Results.Count == 1);
        Assert.Equal(RunPhase.Aggregating, script.State.Phase);
    }

    [Fact]
    public void Reconnected_WithTheTaskInHand_BeginsAnew()
    {
        var script = Prepared(Closed());
        script.Apply(new RoundEvent.NodeJoined(script.Now, "p", 1000, 1, [], [Task]));

        Assert.Equal(Task, script.Single<RoundEffect.Cancel>().Task);
        script.Apply(new RoundEvent.NodeAccepted(0, "p", [], 100, 20));
        Assert.Equal(Task, script.Single<RoundEffect.Assign>().Task);
    }

    [Fact]
    public void Download_OnlyByTheNodeThatAggregatesOnlyOfItsRound()
    {
        var script = Prepared(Closed());
        Assert.Null(RoundMachine.RefusedToAggregator(script.State, new("run", 1, 3, 0), "p"));
        Assert.Equal(RefusalCode.TaskUnknown, RoundMachine.RefusedToAggregator(script.State, new("run", 1, 3, 0), "a")!.Code);
        Assert.Equal(RefusalCode.TaskUnknown, RoundMachine.RefusedToAggregator(script.State, new("run", 1, 9, 0), "p")!.Code);
        Assert.Equal(RefusalCode.RoundClosed, RoundMachine.RefusedToAggregator(script.State, new("run", 0, 0, 0), "p")!.Code);
        Assert.Equal(RefusalCode.RoundFuture, RoundMachine.RefusedToAggregator(script.State, new("run", 2, 0, 0), "p")!.Code);
        Assert.Equal(RefusalCode.TaskUnknown, RoundMachine.RefusedToAggregator(Opened().State, new("run", 1, 0, 0), "p")!.Code);
    }

    [Fact]
    public void Stop_WhileANodeAggregates_TakesTheTaskBack()
    {
        var script = Prepared(Closed()).Apply(new RoundEvent.StopRequested(0));

        Assert.Equal(Task, script.Single<RoundEffect.Cancel>().Task);
        Assert.Equal("stopped", script.State.Outcome);
    }

    internal static RoundEvent.UpdateArrived Aggregate(
        MachineScript script, string node = "p", int? round = null, long? version = null, int? clients = null, string bytes = "aggregate")
    {
        var used = script.State.Clients.Where(pair => pair.Value.Update is not null).Select(pair => pair.Key).Take(clients ?? int.MaxValue).ToList();
        var id = new UpdateId("run", round ?? script.State.Round, UpdateId.AggregateClient, version ?? script.State.Version);
        return new(script.Now, new SpooledUpdate(id, MachineScript.HashOf(bytes), 100, node, 0, 0, 0, 0)
        {
            Delegated = new() { Coefficients = used.ToImmutableSortedDictionary(client => client, _ => 1.0 / used.Count) },
        });
    }

    private static RunSetup Setup() => MachineScript.Setup() with { IsDelegated = true };

    private static MachineScript Opened() => Open(new MachineScript(Setup()));

    private static MachineScript Open(MachineScript script, bool alsoHolds = false) => script.Start()
        .Join("a", 4).Apply(new RoundEvent.NodeAccepted(0, "a", [], 100, alsoHolds ? 20 : 0))
        .Join("p").Apply(new RoundEvent.NodeAccepted(0, "p", [], 100, 20))
        .Arrive(0).Aggregate().Commit();

    private static MachineScript Closed(bool alsoHolds = false) => Closed(Open(new MachineScript(Setup()), alsoHolds));

    private static MachineScript Closed(MachineScript script) => script.Arrive(0).Arrive(1).Arrive(2).Arrive(3);

    private static MachineScript Prepared(MachineScript script) => script.Apply(new RoundEvent.DelegationPrepared(script.Now, script.State.Round, [7, 8]));

    // Takes the aggregate of the open round in and closes the next round.
    private static MachineScript NextClosed(MachineScript script)
    {
        var node = script.State.Delegation!.Node!;
        script.Apply(Aggregate(script, node));
        script.Apply(new RoundEvent.Aggregated(script.Now, 1, new AggregateResult(MachineScript.HashOf("aggregate"), [0.25, 0.25, 0.25, 0.25], null)));
        return Closed(script.Commit());
    }

    private static RoundEvent.TimerFired Timer(MachineScript script) => new(script.Now, new RoundTimer(TimerPurpose.Aggregation, script.State.Round));

    private static RefusalCode Answer(MachineScript script, RoundEvent happened) => script.Apply(happened).Single<RoundEffect.Answer>().Refusal!.Code;

    private static string TextOf(SpooledUpdate update) => update.Hash == MachineScript.HashOf("aggregate") ? "aggregate" : update.Hash.Hex;
}
