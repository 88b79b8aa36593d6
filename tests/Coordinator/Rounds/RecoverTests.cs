using System.Collections.Immutable;
using Distributed.Coordinator.Rounds;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Runs;
using Distributed.Reports.Drawing;

namespace Distributed.Coordinator.Tests.Rounds;

/// <summary>What is made of what a killed coordinator leaves behind, by the place where it was killed.</summary>
public sealed class RecoverTests
{
    private static readonly RunSetup Setup = MachineScript.Setup(rounds: 3, clients: 2, cohort: 2, quorum: 2, evaluateEvery: 1);

    [Fact]
    public void Nothing_StartsFromTheBeginning()
    {
        var state = Recover(null, null, []);

        Assert.Equal((RunPhase.WaitingForNodes, 0, -1L), (state.Phase, state.Round, state.Version));
    }

    [Fact]
    public void InitialModelSpooled_IsCommittedWithoutAnyNode()
    {
        var script = new MachineScript(Setup).From(Recover(null, null, [], Spooled(0, 0))).Start();

        Assert.Equal(0, script.Single<RoundEffect.Aggregate>().Round);
    }

    [Fact]
    public void SomeUpdatesAcknowledged_OnlyTheOthersAreAskedFor()
    {
        var script = new MachineScript(Setup).From(Recover(Version(1, 1), Written(2), [Line(1)], Spooled(2, 1))).Start().Node("a", 2);

        Assert.Equal((2, 1L, 1), (script.State.Round, script.State.Version, script.State.Admitted));
        Assert.Equal(0, script.Single<RoundEffect.Assign>().Task.Index);
    }

    [Fact]
    public void AllUpdatesAcknowledged_AggregatesAtOnce()
    {
        var script = new MachineScript(Setup).From(Recover(Version(1, 1), Written(2), [Line(1)], Spooled(2, 0), Spooled(2, 1))).Start();

        Assert.Equal([0, 1], script.Single<RoundEffect.Aggregate>().Updates.Select(update => update.Id.Client));
    }

    [Fact]
    public void BetweenManifestAndState_RoundCountsOnceAndGetsItsLine()
    {
        var updates = new[] { Spooled(2, 0), Spooled(2, 1) };
        var state = Recover(Version(2, 2, updates), Written(2), [Line(1)], updates);

        Assert.Equal((3, 2L), (state.Round, state.Version));
        var record = Assert.Single(state.Pending);
        Assert.Equal((2, "committed", 2L), (record.Round, record.Outcome, record.Version));
        Assert.Equal([0.5, 0.5], record.Used.Select(used => used.Coefficient));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1234), record.Started);
        Assert.Equal([2], state.Evaluations.Keys);
    }

    [Fact]
    public void AfterCommit_LineOutButStateOld_NoSecondLine()
    {
        var state = Recover(Version(2, 2), Written(2), [Line(1), Line(2)]);

        Assert.Equal(3, state.Round);
        Assert.Empty(state.Pending);
    }

    [Fact]
    public void AbandonedRound_LineOutButStateOld_NumberIsSpent()
    {
        var state = Recover(Version(1, 1), Written(2), [Line(1), Line(2) with { Outcome = "abandoned", Version = 1 }]);

        Assert.Equal((3, 1, 1), (state.Round, state.Abandoned, state.AbandonedInRow));
    }

    [Fact]
    public void LastRoundCommitted_OnlyTheEvaluationIsLeft()
    {
        var updates = new[] { Spooled(3, 0), Spooled(3, 1) };
        var script = new MachineScript(Setup).From(Recover(Version(3, 3, updates), Written(3), [Line(1), Line(2)], updates)).Start().Node("a");
        Assert.Equal(RunPhase.Finishing, script.State.Phase);
        Assert.Equal(TaskKind.Evaluate, script.Single<RoundEffect.Assign>().Task.Kind);

        script.Apply(new RoundEvent.ShardEvaluated(0, "a", new TaskRef(TaskKind.Evaluate, 3, 0), new ShardResult(4, 2, 3)));
        Assert.Equal(0.75, script.Single<RoundEffect.Emit>().Record.Accuracy);
        Assert.Equal("completed", script.Single<RoundEffect.EndRun>().Outcome);
    }

    [Fact]
    public void Ended_StaysEnded()
    {
        var state = Recover(Version(3, 3), Written(4) with { Outcome = "completed" }, [Line(1), Line(2), Line(3)]);

        Assert.Equal((RunPhase.Ended, "completed"), (state.Phase, state.Outcome));
    }

    [Fact]
    public void Resumed_AfterAFailure_GoesOnWithTheNextRoundAndAllTries()
    {
        RoundRecord[] lines = [Line(1), Line(2) with { Outcome = "abandoned", Version = 1 }];
        var failed = Written(2) with { Outcome = "failed", Reason = "too many", EndedUnixMilliseconds = 5 };
        var state = Recover(Version(1, 1), RoundMachine.Resumed(failed, emitted: 2), [.. lines]);

        Assert.Equal((RunPhase.WaitingForNodes, "", 3, 1L), (state.Phase, state.Outcome, state.Round, state.Version));
        Assert.Equal((1, 0, 3), (state.Abandoned, state.AbandonedInRow, state.ResumedAt));
    }

    private static RoundState Recover(ModelVersion? latest, RunGrainState? written, ImmutableArray<RoundRecord> lines, params SpooledUpdate[] spooled) =>
        RoundMachine.Recover(Setup, new RunRecoveryFacts
        {
            Latest = latest,
            State = written,
            Emitted = lines,
            Spooled = round => [.. spooled.Where(update => update.Id.Round == round)],
        });

    private static ModelVersion Version(long version, int round, params SpooledUpdate[] updates) => new(
        "run", version, round, MachineScript.HashOf($"model {version}"), MachineScript.HashOf($"model {version - 1}"), 1, 100, [.. updates.Select(update => update.Hash)]);

    private static RunGrainState Written(int round) => new() { SpecJson = "{}", Round = round, Version = round - 1, WrittenUnixMilliseconds = 1234 };

    private static SpooledUpdate Spooled(int round, int client) => new(
        new UpdateId("run", round, client, Math.Max(0, round - 1)), MachineScript.HashOf($"{round}/{client}"), 100, "a", 1, 10, 0.5, 0.1);

    private static RoundRecord Line(int round) => new()
    {
        Round = round,
        Outcome = "committed",
        Version = round,
        ModelHash = MachineScript.HashOf($"model {round}").Hex,
        Cohort = [0, 1],
        Used = [],
        Refused = [],
        Dropped = [],
        Started = default,
        Seconds = 1,
        BytesUp = 0,
        BytesDown = 0,
        Durable = true,
    };
}
