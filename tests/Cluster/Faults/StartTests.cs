using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Tests.Harness;
using Xunit;

namespace Distributed.Cluster.Tests.Faults;

public sealed class StartTests
{
    [Fact]
    public async Task Case44_PortInUse_ExitsOneWithTheAddressAndAHint()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var coordinator = DistProcess.Start(null, "coordinator", "--address", "127.0.0.1", "--port", port, "--data", RunFiles.NewFolder());

        Assert.Equal(1, await coordinator.ExitAsync());
        Assert.Contains(port, coordinator.Output, StringComparison.Ordinal);
        Assert.Contains("in use", coordinator.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", coordinator.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case44_DataFolderOfALiveCoordinator_ExitsOneAndNamesIt()
    {
        await using var cluster = new TestCluster();
        await cluster.StartCoordinatorAsync();
        await using var second = DistProcess.Start(null, "coordinator", "--address", "127.0.0.1", "--port", "0", "--data", cluster.Data);

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains(cluster.Data, second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CoordinatorAbsent_NodeSaysWhatItWaitsForAndJoinsLater()
    {
        await using var cluster = new TestCluster();
        var node = cluster.StartNode("early");
        await node.LineAsync("what it waits for", line => line.Contains("waiting", StringComparison.OrdinalIgnoreCase) && line.Contains(cluster.Address, StringComparison.Ordinal));

        await cluster.StartCoordinatorAsync();
        var run = cluster.Submit(RunFiles.Glyphs());

        Assert.True(await run.ExitAsync() == 0, cluster.Output());
    }

    [Fact]
    public async Task CoordinatorAbsent_RunExitsWithAClearError()
    {
        await using var cluster = new TestCluster();
        var run = cluster.Submit(RunFiles.Glyphs());

        Assert.Equal(1, await run.ExitAsync());
        Assert.Contains(cluster.Address, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Case43_RunFileWithSeveralMistakes_ListsAllAndExitsTwo()
    {
        var file = RunFiles.Write("""
            kind: federated
            name: Bad Name
            roundz: 3
            data: { source: glyfs, clients: ten }
            model: { name: mlp, hiden: [3] }
            """);
        await using var simulation = DistProcess.Start(null, "simulate", file);

        Assert.Equal(2, await simulation.ExitAsync());
        foreach (var part in new[] { "name", "roundz", "did you mean 'rounds'", "glyphs", "data.clients", "did you mean 'hidden'" })
        {
            Assert.Contains(part, simulation.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MissingDataFile_FailsBeforeTheFirstRoundAndNamesTheFolder()
    {
        var nowhere = Path.Combine(RunFiles.Root, "nowhere");
        var file = RunFiles.Write($$"""
            kind: federated
            name: no-data
            rounds: 2
            data: { source: mnist, clients: 2, path: {{nowhere}} }
            model: { name: mlp }
            """);
        await using var simulation = DistProcess.Start(null, "simulate", file, "--out", RunFiles.NewFolder());

        Assert.NotEqual(0, await simulation.ExitAsync());
        Assert.Contains(nowhere, simulation.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", simulation.Output, StringComparison.Ordinal);
    }
}
