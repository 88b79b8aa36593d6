using Distributed.Coordinator.Rounds;
using Distributed.Protocols.Refusals;

namespace Distributed.Coordinator.Tests.Rounds;

public sealed class RoundMachineTests
{
    [Fact]
    public void Start_WithoutNodes_WaitsAndSaysSo()
    {
        var script = new MachineScript(MachineScript.Setup(minimumNodes: 2)).Start().Node("a");

        Assert.Equal(RunPhase.WaitingForNodes, script.State.Phase);
        Assert.Contains("1 of 2", RoundMachine.Describe(script.State, 0), StringComparison.Ordinal);

        script.Node("b");
        Assert.Equal(RunPhase.Initializing, script.State.Phase);
        Assert.Equal(new TaskRef(TaskKind.Initialize, 0, 0), script.Single<RoundEffect.Assign>().Task);
    }

    [Fact]
    public void InitialModel_Committed_OpensRoundOneAndFillsSlots()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 3);

        Assert.Equal((RunPhase.Collecting, 1, 0L), (script.State.Phase, script.State.Round, script.State.Version));
        Assert.Equal([0, 1, 2], script.Of<RoundEffect.Assign>().Select(assign => assign.Task.Index));
        Assert.All(script.Of<RoundEffect.Assign>(), assign => Assert.Equal(MachineScript.HashOf("model 0"), assign.BaseHash));
    }

    [Fact]
    public void Clients_OfUnevenSize_AreGivenOutLargestFirst()
    {
        var script = new MachineScript(MachineScript.Setup()).Start()
            .Join("a", slots: 2).Accept("a", 100, 10, 30, 20, 30)
            .Arrive(0).Aggregate().Commit();
        var first = script.Of<RoundEffect.Assign>().Select(assign => assign.Task.Index).ToArray();

        script.Arrive(1);
        var third = script.Single<RoundEffect.Assign>().Task.Index;
        script.Arrive(3);

        Assert.Equal([1, 3, 2, 0], [.. first, third, script.Single<RoundEffect.Assign>().Task.Index]);
    }

    [Fact]
    public void Update_Arrived_FreesTheSlotForTheNextClient()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 1).Arrive(0);

        Assert.True(script.Single<RoundEffect.Answer>().Counted);
        Assert.Equal(1, script.Single<RoundEffect.Assign>().Task.Index);
    }

    [Fact]
    public void Upload_Begun_GivesItsNodeTheNextClient()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 1).Begin(0);

        Assert.Equal(1, script.Single<RoundEffect.Assign>().Task.Index);
        // Said twice, and its update in: the slot is taken by the next one.
        Assert.Empty(script.Begin(0).Effects);
        Assert.Empty(script.Arrive(0).Of<RoundEffect.Assign>());
        Assert.Equal(2, script.Begin(1).Single<RoundEffect.Assign>().Task.Index);
    }

    [Fact]
    public void Uploads_SlowerThanTheWork_DoNotPileUp()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 1).Begin(0);

        Assert.Empty(script.Begin(1).Effects);
        Assert.Equal(2, script.Arrive(0).Single<RoundEffect.Assign>().Task.Index);
    }

    [Fact]
    public void Upload_BrokenOff_GoesToAnotherNode()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 2, cohort: 2, quorum: 2)).Opened(slots: 1).Begin(0).Node("b").Leave("a");

        Assert.Equal((0, "b"), (script.Single<RoundEffect.Assign>().Task.Index, script.Single<RoundEffect.Assign>().Node));
        Assert.Equal(1, script.Begin(0, "b").Single<RoundEffect.Assign>().Task.Index);
    }

    [Fact]
    public void LastUpdate_Arrived_AggregatesInClientOrder()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Arrive(3).Arrive(1).Arrive(0).Arrive(2);

        Assert.Equal([0, 1, 2, 3], script.Single<RoundEffect.Aggregate>().Updates.Select(update => update.Id.Client));
        Assert.Equal(RunPhase.Aggregating, script.State.Phase);
    }

    [Fact]
    public void Update_SameBytesAgain_AcceptedOnce()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Arrive(0).Arrive(0);

        Assert.Equal((false, null), (script.Single<RoundEffect.Answer>().Counted, script.Single<RoundEffect.Answer>().Refusal));
        Assert.Equal(1, script.State.Admitted);
    }

    [Fact]
    public void Update_OtherBytes_Conflict()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Arrive(0).Arrive(0, bytes: "other");

        Assert.Equal(RefusalCode.UpdateConflict, script.Single<RoundEffect.Answer>().Refusal!.Code);
        Assert.Equal(MachineScript.HashOf("1/0"), script.State.Clients[0].Update!.Hash);
    }

    [Theory]
    [InlineData(0, 0, 0, RefusalCode.RoundClosed)]
    [InlineData(2, 0, 0, RefusalCode.RoundFuture)]
    [InlineData(1, 0, 7, RefusalCode.VersionMismatch)]
    [InlineData(1, 9, 0, RefusalCode.TaskUnknown)]
    public void Update_NotOfThisRound_Refused(int round, int client, long version, RefusalCode code)
    {
        var script = new MachineScript(MachineScript.Setup()).Opened();
        var update = script.Update(client) with { Id = new("run", round, client, version) };

        script.Apply(new RoundEvent.UpdateArrived(0, update));

        Assert.Equal(code, script.Single<RoundEffect.Answer>().Refusal!.Code);
        Assert.Equal(0, script.State.Admitted);
    }

    [Fact]
    public void Deadline_WithQuorum_CommitsWithoutTheMissingAndSaysWhy()
    {
        var script = new MachineScript(MachineScript.Setup(quorum: 3)).Opened().Arrive(0).Arrive(1).Arrive(2).Deadline();
        Assert.Contains(script.Effects, effect => effect is RoundEffect.Cancel { Task.Index: 3 });

        script.Aggregate().Commit();

        var record = script.Single<RoundEffect.Emit>().Record;
        Assert.Equal(("committed", 1L), (record.Outcome, record.Version));
        var dropped = Assert.Single(record.Dropped);
        Assert.Equal(3, dropped.Client);
        Assert.Contains("node a", dropped.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Deadline_BelowQuorum_AbandonsAndBacksOff()
    {
        var script = new MachineScript(MachineScript.Setup(quorum: 3)).Opened().Arrive(0).Arrive(1).Deadline();

        var record = script.Single<RoundEffect.Emit>().Record;
        Assert.Equal(("abandoned", 0L), (record.Outcome, record.Version));
        Assert.Contains("quorum is 3", record.Reason, StringComparison.Ordinal);
        Assert.Equal((RunPhase.BackingOff, 2), (script.State.Phase, script.State.Round));
        Assert.Equal(1000, script.Of<RoundEffect.StartTimer>().Single(timer => timer.Timer.Purpose == TimerPurpose.BackOff).Milliseconds);

        script.BackOff();
        Assert.Equal(RunPhase.Collecting, script.State.Phase);
    }

    [Fact]
    public void Deadline_EarlyTimer_WaitsForTheRest()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened();
        script.Now = script.State.DeadlineAt - 1;
        script.Apply(new RoundEvent.TimerFired(script.Now, new RoundTimer(TimerPurpose.Deadline, 1)));

        Assert.Equal(RunPhase.Collecting, script.State.Phase);
        Assert.Equal(1, script.Single<RoundEffect.StartTimer>().Milliseconds);
    }

    [Fact]
    public void Abandoned_TooOftenInARow_Fails()
    {
        var script = new MachineScript(MachineScript.Setup(rounds: 9, maximumAbandoned: 1)).Opened().Deadline().BackOff().Deadline();

        Assert.Equal((RunPhase.Ended, "failed"), (script.State.Phase, script.State.Outcome));
        Assert.Equal("failed", script.Single<RoundEffect.EndRun>().Outcome);
    }

    [Fact]
    public void Weights_AllZero_Abandons()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 1, cohort: 1, quorum: 1)).Opened().Arrive(0, weight: 0);

        Assert.Equal("abandoned", script.Single<RoundEffect.Emit>().Record.Outcome);
    }

    [Fact]
    public void LostNode_TasksGoToAnother()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 2).Node("b", slots: 2).Leave("a");
        Assert.Empty(script.Of<RoundEffect.Assign>());

        script.Arrive(2, "b").Arrive(3, "b");
        Assert.Equal([0, 1], script.All.OfType<RoundEffect.Assign>().TakeLast(2).Select(assign => assign.Task.Index));
    }

    [Fact]
    public void LastNode_Lost_RunSaysThatItWaitsForNodes()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened();
        Assert.False(script.State.IsStranded);
        script.Leave("a");
        Assert.True(script.State.IsStranded);
        Assert.StartsWith("waiting for nodes: all are lost", RoundMachine.Describe(script.State, script.Now), StringComparison.Ordinal);
        script.Node("b");
        Assert.False(script.State.IsStranded);
    }

    [Fact]
    public void PinnedClient_NodeGone_WaitsForTheDeadline()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 2, cohort: 2, quorum: 1)).Start().Node("a", 1, 0).Node("b", 1, 1);
        script.Arrive(0).Aggregate().Commit().Leave("b").Arrive(0);
        Assert.Equal(RunPhase.Collecting, script.State.Phase);
        Assert.Contains("1 clients wait for their node", RoundMachine.Describe(script.State, 0), StringComparison.Ordinal);

        script.Deadline().Aggregate().Commit();
        Assert.Contains("node b lost", Assert.Single(script.Single<RoundEffect.Emit>().Record.Dropped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FailedTask_OncePerNodeThenDropped_ClosesEarly()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 2, cohort: 2, quorum: 1)).Opened(slots: 1).Node("b");
        var task = new TaskRef(TaskKind.Train, 1, 0);
        script.Fail(task, "a").Arrive(1, "b");
        Assert.Equal(("b", task), (script.Single<RoundEffect.Assign>().Node, script.Single<RoundEffect.Assign>().Task));

        script.Fail(task, "b");
        Assert.Equal(1, Assert.Single(script.Single<RoundEffect.Aggregate>().Updates).Id.Client);
    }

    [Fact]
    public void CorruptSpool_ClientIsAskedAgain()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Arrive(0).Arrive(1).Arrive(2).Arrive(3);
        script.Apply(new RoundEvent.AggregationFailed(script.Now, 1, "UPDATE_CHECKSUM", [2]));

        Assert.Equal(2, script.Single<RoundEffect.DiscardUpdate>().Id.Client);
        Assert.Equal(2, script.Single<RoundEffect.Assign>().Task.Index);
        Assert.Equal([0, 1, 2, 3], script.Arrive(2).Single<RoundEffect.Aggregate>().Updates.Select(update => update.Id.Client));
        script.Aggregate().Commit();
        Assert.Equal("UPDATE_CHECKSUM", Assert.Single(script.Single<RoundEffect.Emit>().Record.Refused).Code);
    }

    [Fact]
    public void Evaluation_RunsBesideTheNextRound_LineWaitsForIt()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 1, cohort: 1, quorum: 1, evaluateEvery: 1)).Opened(slots: 2);
        script.Arrive(0).Aggregate().Commit();
        Assert.Empty(script.Of<RoundEffect.Emit>());
        Assert.Equal([TaskKind.Evaluate, TaskKind.Train], script.Of<RoundEffect.Assign>().Select(assign => assign.Task.Kind));

        script.Apply(new RoundEvent.ShardEvaluated(script.Now, "a", new TaskRef(TaskKind.Evaluate, 1, 0), new ShardResult(10, 5, 9)));
        var record = script.Single<RoundEffect.Emit>().Record;
        Assert.Equal((1, 0.9, 0.5), (record.Round, record.Accuracy, record.Loss));
    }

    [Fact]
    public void Evaluation_GivenUp_LineGoesOutWithoutFigures()
    {
        var script = new MachineScript(MachineScript.Setup(rounds: 1, clients: 1, cohort: 1, quorum: 1, evaluateEvery: 1)).Opened();
        script.Arrive(0).Aggregate().Commit();
        Assert.Equal(RunPhase.Finishing, script.State.Phase);

        script.Apply(new RoundEvent.TimerFired(script.Now, new RoundTimer(TimerPurpose.Evaluation, 1)));
        Assert.Null(script.Single<RoundEffect.Emit>().Record.Accuracy);
        Assert.Equal("completed", script.Single<RoundEffect.EndRun>().Outcome);
    }

    [Fact]
    public void LastRound_WithAnAbandonedOne_EndsPartial()
    {
        var script = new MachineScript(MachineScript.Setup(rounds: 2, clients: 1, cohort: 1, quorum: 1)).Opened().Deadline().BackOff();
        script.Arrive(0).Aggregate().Commit();

        Assert.Equal("partial", script.Single<RoundEffect.EndRun>().Outcome);
    }

    [Fact]
    public void EveryNodeRejects_RunFailsWithTheirProblems()
    {
        var script = new MachineScript(MachineScript.Setup()).Start().Join("a");
        script.Apply(new RoundEvent.NodeRejected(0, "a", ["data.path: no such folder"]));

        Assert.Contains("no such folder", script.Single<RoundEffect.EndRun>().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_ComesBackWithWorkInHand_KeepsIt()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 2, cohort: 2, quorum: 2)).Opened(slots: 1).Leave("a");
        var held = new TaskRef(TaskKind.Train, 1, 1);
        script.Apply(new RoundEvent.NodeJoined(0, "a", 99, 2, [], [held, new TaskRef(TaskKind.Train, 0, 5)])).Accept("a");

        Assert.Equal(0, script.Single<RoundEffect.Assign>().Task.Index);
        Assert.Contains(script.All, effect => effect is RoundEffect.Cancel { Task.Index: 5 });
        Assert.Contains(held, script.State.Nodes["a"].InFlight);
    }

    [Fact]
    public void Stop_InARound_EndsAndTakesTasksBack()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Apply(new RoundEvent.StopRequested(0));

        Assert.Equal(4, script.Of<RoundEffect.Cancel>().Count);
        Assert.Equal("stopped", script.Single<RoundEffect.EndRun>().Outcome);
    }

    [Fact]
    public void Fenced_WritesNothing()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 1, cohort: 1, quorum: 1)).Opened().Arrive(0).Aggregate();
        script.Apply(new RoundEvent.Fenced(0, "term 3 was first"));

        Assert.IsType<RoundEffect.StopHost>(Assert.Single(script.Effects));
    }

    // Case 14: clients without examples send weights of 0.
    [Fact]
    public void Abandon_WeightsAllZero_EveryClientIsDroppedWithItsReason()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 2, cohort: 2, quorum: 2)).Opened().Arrive(0, weight: 0).Arrive(1, weight: 0);
        var record = script.Single<RoundEffect.Emit>().Record;

        Assert.Equal("abandoned", record.Outcome);
        Assert.Equal([0, 1], record.Dropped.Select(dropped => dropped.Client));
        Assert.All(record.Dropped, dropped => Assert.Contains("admitted", dropped.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void CommitRefused_AbandonsAndKeepsTheModel()
    {
        var script = new MachineScript(MachineScript.Setup(clients: 1, cohort: 1, quorum: 1)).Opened().Arrive(0).Aggregate();
        script.Apply(new RoundEvent.CommitRefused(0, 1, "STORAGE_FULL: no room"));

        Assert.Equal("abandoned", script.Single<RoundEffect.Emit>().Record.Outcome);
        Assert.Equal(0, script.State.Version);
        Assert.Contains(script.Effects, effect => effect is RoundEffect.DiscardModel);
    }
}
