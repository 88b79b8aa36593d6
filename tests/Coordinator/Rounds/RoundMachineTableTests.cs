using Distributed.Coordinator.Rounds;


namespace Distributed.Coordinator.Tests.Rounds;

/// <summary>Every state with every event: those that cannot happen there change nothing.</summary>
public sealed class RoundMachineTableTests
{
    private static readonly Dictionary<string, Func<MachineScript>> States = new()
    {
        ["waiting"] = () => New(minimumNodes: 2).Start().Node("a"),
        ["initializing"] = () => New().Start().Node("a", 4),
        ["collecting"] = () => New().Opened(),
        ["aggregating"] = () => Full(),
        ["committing"] = () => Full().Aggregate(),
        ["backing off"] = () => New().Opened().Deadline(),
        ["finishing"] = () => Finishing(),
        ["ended"] = () => New().Opened().Apply(new RoundEvent.StopRequested(0)),
    };

    private static readonly Dictionary<string, Func<MachineScript, RoundEvent>> Events = new()
    {
        ["joined again"] = script => new RoundEvent.NodeJoined(script.Now, "a", 0, 1, [], []),
        ["left, other session"] = script => new RoundEvent.NodeLeft(script.Now, "a", 77, "cut"),
        ["left, stranger"] = script => new RoundEvent.NodeLeft(script.Now, "x", 1, "cut"),
        ["accepted, stranger"] = script => new RoundEvent.NodeAccepted(script.Now, "x", [], 1),
        ["rejected, stranger"] = script => new RoundEvent.NodeRejected(script.Now, "x", ["no"]),
        ["task failed, not given"] = script => new RoundEvent.TaskFailed(script.Now, "a", new TaskRef(TaskKind.Train, 9, 9), "TRAINING_FAILED", ""),
        ["upload begun, not given"] = script => new RoundEvent.UploadBegun(script.Now, script.State.Round, 9, "a"),
        ["upload begun, another round"] = script => new RoundEvent.UploadBegun(script.Now, 77, 0, "a"),
        ["upload begun, stranger"] = script => new RoundEvent.UploadBegun(script.Now, script.State.Round, 0, "x"),
        ["shard, not asked for"] = script => new RoundEvent.ShardEvaluated(script.Now, "a", new TaskRef(TaskKind.Evaluate, 9, 0), new ShardResult(1, 1, 1)),
        ["deadline of another round"] = script => new RoundEvent.TimerFired(script.Now + 10_000, new RoundTimer(TimerPurpose.Deadline, 77)),
        ["back-off of another round"] = script => new RoundEvent.TimerFired(script.Now, new RoundTimer(TimerPurpose.BackOff, 77)),
        ["evaluation of another round"] = script => new RoundEvent.TimerFired(script.Now, new RoundTimer(TimerPurpose.Evaluation, 77)),
        ["aggregated, another round"] = script => new RoundEvent.Aggregated(script.Now, 77, new AggregateResult(default, [], null)),
        ["aggregation failed, another round"] = script => new RoundEvent.AggregationFailed(script.Now, 77, "no", []),
        ["committed, another round"] = script => new RoundEvent.Committed(script.Now, 77, default),
        ["commit refused, another round"] = script => new RoundEvent.CommitRefused(script.Now, 77, "no"),
    };

    public static TheoryData<string, string> Impossible()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var state in States.Keys)
        {
            foreach (var happened in Events.Keys)
            {
                pairs.Add(state, happened);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Event_ThatCannotHappenThere_ChangesNothing(string state, string happened)
    {
        var script = States[state]();
        var before = script.State;

        script.Apply(Events[happened](script));

        Assert.Empty(script.Effects);
        Assert.Same(before, script.State);
    }

    [Theory]
    [InlineData("waiting", "RoundFuture")]
    [InlineData("initializing", "RoundFuture")]
    [InlineData("collecting", null)]
    [InlineData("aggregating", "RoundClosed")]
    [InlineData("committing", "RoundClosed")]
    [InlineData("backing off", "RoundClosed")]
    [InlineData("finishing", "RoundClosed")]
    [InlineData("ended", "RoundClosed")]
    public void Update_OfRoundOne_AnsweredInEveryState(string state, string? code)
    {
        var script = States[state]();
        var id = new Distributed.Protocols.Identities.UpdateId("run", 1, 1, 0);

        script.Apply(new RoundEvent.UpdateArrived(script.Now, script.Update(1) with { Id = id, Hash = MachineScript.HashOf("new") }));

        var answer = script.Single<RoundEffect.Answer>();
        Assert.Equal(code is null, answer.Counted);
        if (state is "aggregating" or "committing")
        {
            // It took part already, with other bytes.
            code = "UpdateConflict";
        }

        Assert.Equal(code, answer.Refusal?.Code.ToString());
    }

    [Theory]
    [InlineData("waiting")]
    [InlineData("initializing")]
    [InlineData("collecting")]
    [InlineData("aggregating")]
    [InlineData("committing")]
    [InlineData("backing off")]
    [InlineData("finishing")]
    [InlineData("ended")]
    public void State_SaysWhatItWaitsFor(string state) => Assert.NotEmpty(RoundMachine.Describe(States[state]().State, 0));

    private static MachineScript New(int minimumNodes = 1) => new(MachineScript.Setup(minimumNodes: minimumNodes));

    private static MachineScript Full() => New().Opened().Arrive(0).Arrive(1).Arrive(2).Arrive(3);

    private static MachineScript Finishing() =>
        new MachineScript(MachineScript.Setup(rounds: 1, clients: 2, cohort: 2, quorum: 1, evaluateEvery: 1)).Opened().Arrive(0).Arrive(1).Aggregate().Commit();
}
