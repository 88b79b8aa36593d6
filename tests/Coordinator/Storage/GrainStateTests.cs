using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Distributed.Coordinator.Tests.Storage;

/// <summary>Our files as the storage of Orleans' own grain state.</summary>
public sealed class GrainStateTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task State_WrittenByAGrain_IsThereInTheNextSilo()
    {
        await using (var cluster = await StartAsync())
        {
            await cluster.Client.GetGrain<INoteGrain>("a/b").Write("kept");
        }

        Assert.Single(folder.Files("*.json"));
        await using var next = await StartAsync();
        Assert.Equal("kept", await next.Client.GetGrain<INoteGrain>("a/b").Read());
        Assert.Equal("", await next.Client.GetGrain<INoteGrain>("a").Read());
    }

    [Fact]
    public async Task State_WrittenBySomebodyElse_WriterLosesByItsETag()
    {
        await using var cluster = await StartAsync();
        await using var rival = await StartAsync();
        await cluster.Client.GetGrain<INoteGrain>("a").Write("first");
        Assert.Equal("first", await rival.Client.GetGrain<INoteGrain>("a").Read());
        await cluster.Client.GetGrain<INoteGrain>("a").Write("second");

        await Assert.ThrowsAsync<InconsistentStateException>(() => rival.Client.GetGrain<INoteGrain>("a").Write("third"));

        // The loser is activated anew, from what the winner wrote.
        Assert.Equal("second", await rival.Client.GetGrain<INoteGrain>("a").Read());
    }

    private async Task<InProcessTestCluster> StartAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services.AddFileStorage(folder.Path));
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
