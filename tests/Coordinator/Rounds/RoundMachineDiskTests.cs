using Distributed.Coordinator.Rounds;


namespace Distributed.Coordinator.Tests.Rounds;

public sealed class RoundMachineDiskTests
{
    private const string Full = "The coordinator's disk has no room.";

    [Fact]
    public void CommitRefused_ByTheDisk_MakesTheModelAgainWhenThereIsRoom()
    {
        var script = One().Opened().Arrive(0).Aggregate();
        script.Apply(new RoundEvent.CommitRefused(0, 1, Full) { IsDiskFault = true });

        Assert.Contains(script.Effects, effect => effect is RoundEffect.DiscardModel);
        Assert.Empty(script.Of<RoundEffect.Emit>());
        Assert.StartsWith("waiting for the coordinator's disk: " + Full, RoundMachine.Describe(script.State, 0), StringComparison.Ordinal);

        Look(script, "still full");
        Assert.Empty(script.Of<RoundEffect.Aggregate>());
        Look(script, "");
        script.Aggregate().Commit();

        Assert.Equal("committed", script.Single<RoundEffect.Emit>().Record.Outcome);
        Assert.Equal((1, 0), (script.State.Version, script.State.Abandoned));
    }

    [Fact]
    public void AggregationFailed_ByTheDisk_FoldsTheSameUpdatesAgain()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened().Arrive(0).Arrive(1).Arrive(2).Arrive(3);
        var first = script.Single<RoundEffect.Aggregate>();
        script.Apply(new RoundEvent.AggregationFailed(0, 1, Full, []) { IsDiskFault = true });
        Look(script, "");

        Assert.Equal(first.Updates.Select(update => update.Hash), script.Single<RoundEffect.Aggregate>().Updates.Select(update => update.Hash));
    }

    [Theory]
    [InlineData("STORAGE_FULL")]
    [InlineData("STORAGE_UNWRITABLE")]
    public void TaskFailed_ByTheDisk_GivesTheClientOutAgainToTheSameNode(string code)
    {
        var script = One().Opened();
        var task = new TaskRef(TaskKind.Train, 1, 0);
        script.Apply(new RoundEvent.TaskFailed(script.Now, "a", task, code, Full));

        Assert.True(script.State.IsPaused);
        Assert.Empty(script.Of<RoundEffect.Assign>());
        Look(script, "");

        Assert.Equal(task, script.Single<RoundEffect.Assign>().Task);
        Assert.Empty(script.State.Clients[0].FailedOn);
    }

    [Fact]
    public void Deadline_WhilePaused_ClosesNothingAndBeginsAnew()
    {
        var script = new MachineScript(MachineScript.Setup()).Opened(slots: 1);
        script.Apply(new RoundEvent.DiskFailed(script.Now, Full)).Deadline();

        Assert.Equal(RunPhase.Collecting, script.State.Phase);
        Look(script, "");
        Assert.Equal(script.Now + 1000, script.State.DeadlineAt);
        Assert.Contains(script.Of<RoundEffect.StartTimer>(), start => start.Timer.Purpose == TimerPurpose.Deadline);
    }

    [Fact]
    public void Look_InVain_IsRepeatedAtMostEveryTwoSeconds()
    {
        var script = One().Opened();
        script.Apply(new RoundEvent.DiskFailed(script.Now, Full));
        Assert.Equal(1000, script.Single<RoundEffect.StartTimer>().Milliseconds);
        for (var i = 0; i < 5; i++)
        {
            Look(script, Full);
            Assert.Equal(2000, script.Single<RoundEffect.StartTimer>().Milliseconds);
        }
    }

    private static MachineScript One() => new(MachineScript.Setup(clients: 1, cohort: 1, quorum: 1));

    // The timer that the pause asked for, and what the disk says.
    private static void Look(MachineScript script, string fault)
    {
        script.Apply(new RoundEvent.TimerFired(script.Now, new RoundTimer(TimerPurpose.Disk, script.State.Round)));
        script.Single<RoundEffect.LookAtDisk>();
        script.Apply(new RoundEvent.DiskLookedAt(script.Now, fault));
    }
}
