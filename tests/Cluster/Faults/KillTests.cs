using Distributed.Cluster.Tests.Harness;
using Distributed.Protocols.Runs;
using Xunit;

namespace Distributed.Cluster.Tests.Faults;

public sealed class KillTests
{
    /// <summary>Reliability cases 1 to 3: the coordinator is killed at a durable step of round 2 and started again.</summary>
    [Theory]
    [InlineData("SpoolBeforeFsync@round=2:kill", "before the first update is acknowledged")]
    [InlineData("SpoolBeforeFsync@round=2@hit=4:kill", "with some updates acknowledged")]
    [InlineData("UploadBeforeAdmit@round=2@hit=3:kill", "an update durable but not counted")]
    [InlineData("CommitBeforeManifest@round=2:kill", "model on disk, not committed")]
    [InlineData("CommitAfterManifest@round=2:kill", "between manifest and state")]
    [InlineData("StateAfterWrite@hit=4:kill", "around a state write")]
    public async Task Case01To03_CoordinatorKilled_RunGoesOnToTheUndisturbedModel(string failpoint, string when)
    {
        var runFile = RunFiles.Glyphs();
        var expected = await UndisturbedAsync(runFile);

        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync(failpoint);
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");
        var run = cluster.Submit(runFile);
        Assert.True(await cluster.Coordinator.ExitAsync() != 0, $"{when}: the failpoint did not fire\n{cluster.Output()}");
        var acknowledged = Acknowledged(cluster, round: 2);

        await cluster.StartCoordinatorAsync();

        Assert.True(await run.ExitAsync() == 0, $"{when}\n{cluster.Output()}");
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
        AssertOneChain(cluster.Rounds());
        foreach (var (file, written) in acknowledged)
        {
            // Nobody uploaded it a second time: the round used the very file that was acknowledged before the kill.
            Assert.True(!File.Exists(file) || File.GetLastWriteTimeUtc(file) == written, $"{when}: {file} was written again");
        }

        Assert.Equal(acknowledged.Count, cluster.Rounds().Single(round => round.Round == 2).Used.Count(used => acknowledged.Keys.Any(file => IsOf(file, used.Client))));
    }

    /// <summary>Reliability case 13 and 31: a node is killed while it trains; the round commits without it and the record says so.</summary>
    [Fact]
    public async Task Case31_NodeKilled_RoundCommitsAtQuorumWithoutItsClient()
    {
        var runFile = RunFiles.Glyphs("cohort: { quorum: 0.5, deadline: 4s }");
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync("SpoolBeforeWrite@round=2@hit=1:hold");
        cluster.StartNode("site-a", "--clients", "0,1,2");
        var lost = cluster.StartNode("site-b", "--clients", "3,4,5");
        var run = cluster.Submit(runFile);
        await cluster.Coordinator.WhileHeldAsync(lost.KillAsync);

        Assert.True(await run.ExitAsync() is 0 or 4, cluster.Output());
        var rounds = cluster.Rounds();
        AssertOneChain(rounds);
        var last = rounds[^1];
        Assert.Equal([0, 1, 2], last.Used.Select(used => used.Client));
        Assert.Equal([3, 4, 5], last.Dropped.Select(dropped => dropped.Client));
        Assert.All(last.Dropped, dropped => Assert.Contains("site-b", dropped.Reason, StringComparison.Ordinal));
    }

    /// <summary>A killed node whose clients anyone can run: its tasks go to the others and the model is the undisturbed one.</summary>
    [Fact]
    public async Task NodeKilled_OthersCanRunItsClients_ModelIsTheUndisturbedOne()
    {
        var runFile = RunFiles.Glyphs();
        var expected = await UndisturbedAsync(runFile);
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync("SpoolBeforeWrite@round=2@hit=1:hold");
        cluster.StartNode("node-0");
        var lost = cluster.StartNode("node-1");
        var run = cluster.Submit(runFile);
        await cluster.Coordinator.WhileHeldAsync(lost.KillAsync);

        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.Equal(expected, TestCluster.Result(run).GetProperty("modelHash").GetString());
    }

    private static async Task<string?> UndisturbedAsync(string runFile)
    {
        await using var simulation = DistProcess.Start(null, "simulate", runFile, "--format", "json", "--out", RunFiles.NewFolder());
        Assert.True(await simulation.ExitAsync() == 0, simulation.Output);
        return TestCluster.Result(simulation).GetProperty("modelHash").GetString();
    }

    private static Dictionary<string, DateTime> Acknowledged(TestCluster cluster, int round) =>
        Directory.EnumerateFiles(Path.Combine(cluster.Data, "spool"), $"r{round}-c*.update", SearchOption.AllDirectories)
            .ToDictionary(file => file, File.GetLastWriteTimeUtc);

    private static bool IsOf(string file, int client) => Path.GetFileName(file).EndsWith($"-c{client}.update", StringComparison.Ordinal);

    // G1: versions form one chain, each round counted once.
    private static void AssertOneChain(RoundRecord[] rounds)
    {
        Assert.Equal(Enumerable.Range(1, rounds.Length), rounds.Select(round => round.Round));
        Assert.Equal(Enumerable.Range(1, rounds.Length).Select(version => (long)version), rounds.Select(round => round.Version));
    }
}
