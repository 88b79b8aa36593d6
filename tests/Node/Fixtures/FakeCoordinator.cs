using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Distributed.Protocols.Identities;
using Distributed.Protocols.V1;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>The coordinator's side of the protocol, played by the test, on a port of its own.</summary>
internal sealed class FakeCoordinator : IAsyncDisposable
{
    private readonly Channel<FakeConnection> connections = Channel.CreateUnbounded<FakeConnection>();
    private readonly WebApplication app;

    private FakeCoordinator(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = 4 << 20);
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<FakeNodeService>();
        builder.Services.AddSingleton<FakeTransfers>();
        builder.Services.AddSingleton<IServiceMethodProvider<FakeTransfers>, FakeTransferMethods>();
        app = builder.Build();
        app.MapGrpcService<FakeNodeService>();
        app.MapGrpcService<FakeTransfers>();
    }

    /// <summary>Models to download, by version.</summary>
    public ConcurrentDictionary<long, byte[]> Models { get; } = new();

    /// <summary>Admitted updates to download, by client.</summary>
    public ConcurrentDictionary<uint, ReceivedUpdate> Admitted { get; } = new();

    /// <summary>Clients' own buffers to download, by client.</summary>
    public ConcurrentDictionary<uint, byte[]> Buffers { get; } = new();

    /// <summary>Which updates were asked for, and from which offset.</summary>
    public ConcurrentQueue<(uint Client, long Offset)> UpdateOffsets { get; } = new();

    /// <summary>Uploads that arrived whole.</summary>
    public Channel<ReceivedUpdate> Updates { get; } = Channel.CreateUnbounded<ReceivedUpdate>();

    /// <summary>Offsets that downloads asked for.</summary>
    public ConcurrentQueue<long> DownloadOffsets { get; } = new();

    /// <summary>Offsets that uploads started from.</summary>
    public ConcurrentQueue<long> UploadOffsets { get; } = new();

    /// <summary>Called with each answer-to-be; throws to refuse the hello.</summary>
    public Action<Hello> OnHello { get; set; } = _ => { };

    /// <summary>Bytes after which the next transfer breaks; taken once each.</summary>
    public ConcurrentQueue<long> BreakAfter { get; } = new();

    /// <summary>What the next complete uploads are answered with; nothing queued: accepted.</summary>
    public ConcurrentQueue<RpcException> UploadErrors { get; } = new();

    /// <summary>What receipts wait for; null: nothing.</summary>
    public TaskCompletionSource? Receipts { get; set; }

    public string Address => app.Urls.First();

    public int Port => new Uri(Address).Port;

    public static async Task<FakeCoordinator> StartAsync(int port = 0)
    {
        var coordinator = new FakeCoordinator(port);
        await coordinator.app.StartAsync();
        return coordinator;
    }

    /// <summary>The next node that joins.</summary>
    public async Task<FakeConnection> AcceptAsync() => await connections.Reader.ReadAsync().AsTask().WaitAsync(Limits.Step);

    /// <summary>The next update that arrives whole.</summary>
    public async Task<ReceivedUpdate> UpdateAsync() => await Updates.Reader.ReadAsync().AsTask().WaitAsync(Limits.Step);

    public TaskAssigned Task(TaskKind kind, int round, int index, long version, int shards = 0, string traceparent = "") => new()
    {
        Key = new TaskKey { RunId = "run-1", Kind = kind, Round = (uint)round, Index = (uint)index },
        BaseVersion = (ulong)version,
        BaseHash = Models.TryGetValue(version, out var model) ? ContentHash.Of(model).Hex : "",
        Shards = (uint)shards,
        Traceparent = traceparent,
    };

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    internal void Joined(FakeConnection connection) => connections.Writer.TryWrite(connection);
}

/// <summary>An upload that arrived whole.</summary>
internal sealed record ReceivedUpdate(UpdateHeader Header, byte[] Bytes, Metadata Headers);

/// <summary>Limits of waiting: they fail a test that hangs and are never waited out by one that passes.</summary>
internal static class Limits
{
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(60);
}
