using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Telemetry;
using Distributed.Coordinator.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.TestingHost;

namespace Distributed.Coordinator.Tests.Membership;

/// <summary>The grains of membership in a silo, without anything around them.</summary>
public sealed class NodeGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    private readonly SkippingTime time = new();
    private readonly InProcessTestCluster cluster;

    public NodeGrainTests()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services
            .AddMetrics()
            .AddSingleton<CoordinatorMetrics>()
            .AddSingleton<OpenRounds>()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(Options.Create(new CoordinatorOptions { Heartbeat = Heartbeat })));
        cluster = builder.Build();
    }

    private INodeGrain Node => cluster.Client.GetGrain<INodeGrain>("node-a");

    private IDirectoryGrain Directory => cluster.Client.GetGrain<IDirectoryGrain>(0);

    public Task InitializeAsync() => cluster.DeployAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task Connect_NameOfALivingNode_RefusedUntilItIsSilent()
    {
        var (first, second) = (new Connection(), new Connection());
        Assert.True(await ConnectAsync(1, first));
        Assert.False(await ConnectAsync(2, second));
        time.Skip(Heartbeat * 1.4);
        await Node.Heartbeat(1);
        time.Skip(Heartbeat * 0.2);
        Assert.False(await ConnectAsync(3, second));

        time.Skip(Heartbeat * 1.5);
        Assert.True(await ConnectAsync(4, second));
        Assert.Contains("newer connection", await first.Closed.WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        Assert.Equal("joined", Assert.Single(await Directory.Nodes()).State);
    }

    [Fact]
    public async Task Disconnect_OfAnOlderSession_ChangesNothing()
    {
        var connection = new Connection();
        Assert.True(await ConnectAsync(2, connection));
        await Node.Disconnect(1, "late");
        Assert.Equal("joined", Assert.Single(await Directory.Nodes()).State);
        await Node.Disconnect(2, "gone");
        Assert.Equal("gone", Assert.Single(await Directory.Nodes()).State);
    }

    private async Task<bool> ConnectAsync(long session, Connection connection) => await Node.Connect(
        new NodeDescription("node-a", session, 1, [], "cpu", "1.0"), [], cluster.Client.CreateObjectReference<INodeConnection>(connection)) is null;

    private sealed class Connection : INodeConnection
    {
        private readonly TaskCompletionSource<string> closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Closed => closed.Task;

        public Task Announce(string runId, string specJson) => Task.CompletedTask;

        public Task Assign(NodeTask task) => Task.CompletedTask;

        public Task Cancel(NodeTaskKey task, string reason) => Task.CompletedTask;

        public Task EndRun(string runId) => Task.CompletedTask;

        public Task Close(string reason)
        {
            closed.TrySetResult(reason);
            return Task.CompletedTask;
        }
    }
}
