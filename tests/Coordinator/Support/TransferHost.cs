using System.Net.Http.Headers;
using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Coordinator.Tests.Support;

/// <summary>A coordinator's ingress on a port of its own, over a real Kestrel, with a round that is a fake; and a client to it.</summary>
internal sealed class TransferHost : IAsyncDisposable
{
    private static readonly Marshaller<TransferFrame> Plain = Marshallers.Create(frame => frame.ToByteArray(), TransferFrame.Parser.ParseFrom);

    // What a foreign client would do: plain protobuf, and no help in being honest.
    private static readonly Method<TransferFrame, UploadReceipt> RawUpload = new(
        MethodType.ClientStreaming, TransferMethods.ServiceName, "UploadUpdate", Plain, TransferMethods.UploadUpdate.ResponseMarshaller);

    private readonly WebApplication app;
    private readonly GrpcChannel channel;

    private TransferHost(WebApplication app)
    {
        this.app = app;
        channel = GrpcChannel.ForAddress(app.Urls.First());
    }

    public FakeGate Gate { get; private init; } = null!;

    public FakeTimeProvider Time { get; private init; } = null!;

    public Uri Address => new(app.Urls.First());

    public ISpool Spool => app.Services.GetRequiredService<ISpool>();

    public ICheckpointStore Checkpoints => app.Services.GetRequiredService<ICheckpointStore>();

    public TransferMeter Meter => app.Services.GetRequiredService<TransferMeter>();

    public CallInvoker Invoker => channel.CreateCallInvoker();

    public static async Task<TransferHost> StartAsync(string root, Action<TransferOptions>? configure = null, string failpoints = "")
    {
        var (gate, time) = (new FakeGate(), new FakeTimeProvider());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<IUpdateGate>(gate).AddSingleton<TimeProvider>(time).AddSingleton(Failpoints.Parse(failpoints));
        builder.Services.AddFileStorage(root).AddTransfers(configure);
        var app = builder.Build();
        app.MapGrpcService<TransferService>();
        await app.StartAsync();
        return new TransferHost(app) { Gate = gate, Time = time };
    }

    public static Metadata Headers(string node = "node-1") => new() { { TransferService.NodeNameKey, node } };

    public static UpdateHeader Header(byte[] bytes, int client = 0, long offset = 0) => new()
    {
        RunId = "run-a",
        Round = 1,
        Client = (uint)client,
        BaseVersion = 0,
        SizeBytes = (ulong)bytes.Length,
        Sha256 = ByteString.CopyFrom(System.Security.Cryptography.SHA256.HashData(bytes)),
        Offset = (ulong)offset,
        Weight = 10,
        Examples = 10,
    };

    public AsyncClientStreamingCall<Frame, UploadReceipt> Upload(Metadata? headers = null) => Upload(Invoker, headers);

    private static AsyncClientStreamingCall<Frame, UploadReceipt> Upload(CallInvoker invoker, Metadata? headers) =>
        invoker.AsyncClientStreamingCall(TransferMethods.UploadUpdate, null, new CallOptions(headers ?? Headers()));

    public AsyncClientStreamingCall<TransferFrame, UploadReceipt> UploadRaw(Metadata? headers = null) =>
        Invoker.AsyncClientStreamingCall(RawUpload, null, new CallOptions(headers ?? Headers()));

    /// <summary>Sends an update as a node does; a call that the coordinator ends early ends the sending.</summary>
    public async Task<UploadReceipt> UploadAsync(byte[] bytes, UpdateHeader? header = null, long? until = null, Metadata? headers = null)
    {
        header ??= Header(bytes);

        // A connection of its own: after an early answer .NET's client may send data behind its own reset of the stream, for which Kestrel ends the connection.
        using var own = GrpcChannel.ForAddress(Address);
        using var call = Upload(own.CreateCallInvoker(), headers);
        try
        {
            await call.RequestStream.WriteAsync(Frame.Of(header));
            var source = ByteSource.FromMemory(bytes.AsMemory(0, (int)(until ?? bytes.Length)));
            foreach (var frame in Frame.Chunks(source, (long)header.Offset, 64 * 1024))
            {
                await call.RequestStream.WriteAsync(frame);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or IOException or InvalidOperationException)
        {
            // The answer says why.
        }

        return await call.ResponseAsync;
    }

    public async Task<(ModelHeader Header, byte[] Bytes)> DownloadAsync(long version, long offset = 0)
    {
        using var call = Invoker.AsyncServerStreamingCall(
            TransferMethods.DownloadModel, null, new CallOptions(Headers()), new DownloadRequest { RunId = "run-a", Version = (ulong)version, Offset = (ulong)offset });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var header = call.ResponseStream.Current.Model!;
        using var bytes = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            using var frame = call.ResponseStream.Current;
            Assert.Equal(offset + bytes.Length, frame.Received!.Offset);
            Assert.True(frame.Received.IsIntact());
            bytes.Write(frame.Received.Data.Span);
        }

        return (header, bytes.ToArray());
    }

    public AsyncUnaryCall<UploadStatus> Status(UploadStatusRequest request) =>
        Invoker.AsyncUnaryCall(TransferMethods.GetUploadStatus, null, new CallOptions(Headers()), request);

    /// <summary>Sends a body as it is, framing and flags included.</summary>
    public async Task<HttpResponseMessage> SendAsync(string method, byte[] body, string? encoding)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, $"/{TransferMethods.ServiceName}/{method}"))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Add("grpc-accept-encoding", "gzip");
        request.Headers.Add(TransferService.NodeNameKey, "node-1");
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        return await client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
