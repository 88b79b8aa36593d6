using Distributed.Cluster.Tests.Harness;
using Xunit;

namespace Distributed.Cluster.Tests.Runs;

/// <summary>The example of a user's own model, from the user's view.</summary>
public sealed class OwnModelTests
{
    private static readonly string RunFile = Path.Combine(RepositoryRoot(), "examples", "own-model", "run.yaml");

    [Fact]
    public async Task OwnModel_SimulatedAndOnNodesOfAPlainCoordinator_GivesTheSameModel()
    {
        await using var simulation = DistProcess.StartProgram(
            DistProcess.OwnModel, null, "simulate", RunFile, "--format", "json", "--out", RunFiles.NewFolder());
        Assert.True(await simulation.ExitAsync() == 0, simulation.Output);
        var expected = TestCluster.Result(simulation);

        await using var cluster = new TestCluster { Program = DistProcess.OwnModel };
        await cluster.StartCoordinatorAsync();
        cluster.StartNode("node-0");
        cluster.StartNode("node-1");
        var run = cluster.Submit(RunFile);

        Assert.True(await run.ExitAsync() == 0, cluster.Output());
        Assert.Equal(expected.GetProperty("modelHash").GetString(), TestCluster.Result(run).GetProperty("modelHash").GetString());

        // It has learned what it says: eight of ten truths lie within its intervals, which the untrained model's do not hold.
        Assert.InRange(expected.GetProperty("metrics").GetProperty("accuracy").GetDouble(), 0.7, 0.9);
    }

    [Fact]
    public async Task OwnModel_WithAMistakenParameter_IsRejectedWithTheNearestKey()
    {
        await using var simulation = DistProcess.StartProgram(
            DistProcess.OwnModel, null, "simulate", RunFile, "--set", "model.hiden=8", "--out", RunFiles.NewFolder());

        Assert.NotEqual(0, await simulation.ExitAsync());
        Assert.Contains("did you mean 'hidden'", simulation.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlainCommand_WithTheRunFileOfAnOwnModel_SaysThatItKnowsNoSuchModel()
    {
        await using var simulation = DistProcess.Start(null, "simulate", RunFile, "--out", RunFiles.NewFolder());

        Assert.Equal(2, await simulation.ExitAsync());
        Assert.Contains("no model is called 'oscillators'", simulation.Output, StringComparison.Ordinal);
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Distributed.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
