using Distributed.Compat.Orleans.Tests.Activations;
using Distributed.Compat.Orleans.Tests.Fixtures;
using Distributed.Compat.Orleans.Tests.Turns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Xunit;

namespace Distributed.Compat.Orleans.Tests.Hosting;

public sealed class SiloHostTests
{
    [Fact]
    public async Task Call_AfterStop_IsRefused()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        await grain.Append(1);

        await silo.StopAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => grain.Append(2));
        await Assert.ThrowsAnyAsync<Exception>(() => silo.Grain<ITurnGrain>("b").Append(2));
    }

    [Fact]
    public async Task Call_BeforeStart_IsRefused()
    {
        await using var silo = TestSilo.Create();

        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Grain<ITurnGrain>("a").Append(1));

        await silo.StartAsync();
        await silo.Grain<ITurnGrain>("a").Append(1);
    }

    [Fact]
    public async Task Stop_DeactivatesEveryActivation()
    {
        await using var silo = await TestSilo.StartAsync();
        await silo.Grain<ILifeGrain>("a").Activation();
        await silo.Grain<ILifeGrain>("b").Activation();
        silo.Probe.Rest();

        await silo.StopAsync();

        Assert.Equal(["deactivate ShuttingDown", "deactivate ShuttingDown", "disposed", "disposed"], silo.Probe.Rest().Order());
    }

    [Fact]
    public async Task Stop_LetsRunningTurnsEndAndRefusesTheQueuedOnes()
    {
        await using var silo = await TestSilo.StartAsync();
        var grain = silo.Grain<ITurnGrain>("a");
        var (running, queued) = (grain.Hold("1"), grain.Hold("2"));
        Assert.Equal("hold 1", await silo.Probe.Next());

        var stop = silo.StopAsync();
        Assert.False(stop.IsCompleted);
        silo.Probe.Open("1");
        await stop;

        await running;
        await Assert.ThrowsAsync<SiloUnavailableException>(() => queued);
    }

    [Fact]
    public async Task Stop_WithoutPatience_AnswersThoseWhoStillWait()
    {
        await using var silo = await TestSilo.StartAsync();
        var held = silo.Grain<ITurnGrain>("a").Hold("never");
        Assert.Equal("hold never", await silo.Probe.Next());

        await Record.ExceptionAsync(() => silo.StopAsync(new CancellationToken(canceled: true)));

        await Assert.ThrowsAsync<SiloUnavailableException>(() => held);
        silo.Probe.Open("never");
    }

    [Fact]
    public async Task StartupTask_CallsGrains()
    {
        await using var silo = await TestSilo.StartAsync(builder => builder.AddStartupTask(
            (services, _) => services.GetRequiredService<IGrainFactory>().GetGrain<ITurnGrain>("a").Append(5)));

        Assert.Equal("5", await silo.Grain<ITurnGrain>("a").Appended());
    }

    [Fact]
    public async Task UseOrleans_OnAnIHostBuilder_GivesItsConfiguration()
    {
        string? read = null;
        using var host = new HostBuilder()
            .ConfigureAppConfiguration(x => x.AddInMemoryCollection([new("key", "value")]))
            .UseOrleans(silo => read = silo.UseLocalhostClustering().Configuration["key"])
            .Build();
        await host.StartAsync();

        Assert.Equal("value", read);
        Assert.Same(host.Services.GetRequiredService<IGrainFactory>(), host.Services.GetRequiredService<IClusterClient>());
        await host.StopAsync();
    }
}
