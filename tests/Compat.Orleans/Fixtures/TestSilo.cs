using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;

namespace Distributed.Compat.Orleans.Tests.Fixtures;

/// <summary>A host with one silo, its time and its storage in the test's hands.</summary>
public sealed class TestSilo : IAsyncDisposable
{
    private readonly IHost host;

    private TestSilo(IHost host, FakeTime time, MemoryStorage storage, Probe probe)
        => (this.host, Time, Storage, Probe) = (host, time, storage, probe);

    public FakeTime Time { get; }

    public MemoryStorage Storage { get; }

    public Probe Probe { get; }

    public IGrainFactory Grains => host.Services.GetRequiredService<IGrainFactory>();

    public IServiceProvider Services => host.Services;

    public static async Task<TestSilo> StartAsync(Action<ISiloBuilder>? configure = null, MemoryStorage? storage = null)
    {
        var silo = Create(configure, storage);
        await silo.StartAsync();
        return silo;
    }

    public static TestSilo Create(Action<ISiloBuilder>? configure = null, MemoryStorage? storage = null)
    {
        var (time, probe) = (new FakeTime(), new Probe());
        storage ??= new MemoryStorage();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(probe);
        builder.Services.AddKeyedSingleton<IGrainStorage>("store", storage);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), FreePort());
            configure?.Invoke(silo);
        });
        return new TestSilo(builder.Build(), time, storage, probe);
    }

    public Task StartAsync() => host.StartAsync();

    public Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    public T Grain<T>(string key)
        where T : IGrainWithStringKey
        => Grains.GetGrain<T>(key);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    // compat/Orleans opens no port; the real package does.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
