using System.Net;
using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;

namespace Distributed.Coordinator.Tests.Hosting;

public sealed class MetricsPortTests
{
    [Fact]
    public async Task Metrics_AfterARound_HoldOursAndTheRuntimes()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.MetricsPort = 0);
        await using var node = await coordinator.Node("node-a").StartAsync();
        await coordinator.FollowAsync(await coordinator.SubmitAsync(WholeRunTests.Spec(rounds: 1, clients: 2)));

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{coordinator.Host.MetricsPort}") };
        var page = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

        Assert.All(
            ["train_rounds_total", "train_updates_total", "train_round_duration_seconds_bucket", "dotnet_gc_collections_total", "process_memory_usage_bytes", "kestrel_active_connections"],
            name => Assert.Contains(name, page, StringComparison.Ordinal));
        Assert.Contains("outcome=\"committed\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("node-a", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MetricsPort_AnythingElse_NotFound()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.MetricsPort = 0);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{coordinator.Host.MetricsPort}") };
        using var answer = await client.PostAsync(new Uri("/distributed.v1.RunService/GetStatus", UriKind.Relative), new ByteArrayContent([0, 0, 0, 0, 0]));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.NotEqual(coordinator.Host.Port, coordinator.Host.MetricsPort);
    }

    [Fact]
    public async Task MetricsPort_NotAskedFor_NoneIsOpen()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        Assert.Equal((0, 1), (coordinator.Host.MetricsPort, coordinator.Host.BoundAddresses.Count));
    }
}
