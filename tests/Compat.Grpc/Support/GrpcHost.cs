using Distributed.Compat.Grpc.Tests.V1;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Distributed.Compat.Grpc.Tests.Support;

// A server on a port of its own, and channels to it.
internal sealed class GrpcHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<GrpcChannel> _channels = [];

    private GrpcHost(WebApplication app) => _app = app;

    public Probe Probe => _app.Services.GetRequiredService<Probe>();

    public string Address { get; private set; } = "";

    public static async Task<GrpcHost> StartAsync(
        Action<GrpcServiceOptions>? grpc = null,
        Action<KestrelServerOptions>? listen = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listen ?? (kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2)));
        builder.Services.AddSingleton<Probe>();
        builder.Services.AddGrpc(grpc ?? (_ => { }));
        services?.Invoke(builder.Services);
        var host = new GrpcHost(builder.Build());
        host._app.MapGrpcService<TesterService>();
        map?.Invoke(host._app);
        await host._app.StartAsync();
        host.Address = host._app.Urls.First();
        return host;
    }

    public GrpcChannel Channel(GrpcChannelOptions? options = null, string? address = null)
    {
        var channel = GrpcChannel.ForAddress(address ?? Address, options ?? new GrpcChannelOptions());
        _channels.Add(channel);
        return channel;
    }

    public Tester.TesterClient Client(GrpcChannelOptions? options = null) => new(Channel(options));

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
            channel.Dispose();
        // Nothing of a call that a test left hanging is of interest.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
