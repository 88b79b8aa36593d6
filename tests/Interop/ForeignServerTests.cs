using System.Security.Cryptography;
using Distributed.Interop.Tests.Support;
using Distributed.Node.Connection;
using Distributed.Node.Upload;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Tls;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Distributed.Interop.Tests;

/// <summary>A node's transfers with a server of another implementation in the coordinator's place.</summary>
public sealed class ForeignServerTests(ForeignServerTests.Server server) : IClassFixture<ForeignServerTests.Server>
{
    private static readonly Connectivity Once = new(new Backoff(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)), TimeProvider.System);

    private TransferClient Client => new(server.Channel!.CreateCallInvoker(), "node-a");

    [NeedsPeerFact]
    public async Task Upload_ServerAnswersBeforeTheEnd_ReportsItsRefusal()
    {
        var bytes = new byte[4 << 20];
        for (var i = 0; i < 20; i++)
        {
            var error = await Assert.ThrowsAsync<TransferFailedException>(() => UploadAsync(bytes, round: 1));
            Assert.Equal((RefusalCode.RoundClosed, "Größe 100 % — 数\n"), (error.Refusal.Code, error.Refusal.Message));
        }
    }

    [NeedsPeerFact]
    public Task Upload_ToTheEnd_ArrivesWithChecksumsAsTheServerComputesThem() => UploadAsync(RandomNumberGenerator.GetBytes(300_000), round: 2);

    [NeedsPeerFact]
    public async Task Download_OfTheServersModel_IsChecked()
    {
        var model = await DownloadAsync(version: 1);
        Assert.Equal(100_000, model.Header.Manifest.Entries.Single().Shape[0]);
    }

    [NeedsPeerFact]
    public async Task Download_OneBitFlipped_RefusedByItsChecksum()
    {
        var error = await Assert.ThrowsAsync<TransferFailedException>(() => DownloadAsync(version: 2));
        Assert.Equal(RefusalCode.CheckpointCorrupt, error.Refusal.Code);
    }

    [NeedsPeerFact]
    public async Task Call_DeadlinePasses_DeadlineExceeded()
    {
        var call = new RunService.RunServiceClient(server.Channel).GetStatusAsync(new StatusRequest(), deadline: DateTime.UtcNow.AddSeconds(0.3));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
    }

    private Task UploadAsync(byte[] bytes, uint round) => new UpdateUploader(Client, Once, TransferSizes.MinimumChunkBytes).UploadAsync(
        new UpdateHeader { RunId = "run-a", Round = round, SizeBytes = (ulong)bytes.Length, Sha256 = ByteString.CopyFrom(SHA256.HashData(bytes)) },
        ByteSource.FromMemory(bytes),
        CancellationToken.None);

    private Task<ModelFile> DownloadAsync(long version) =>
        new ModelDownloader(Client, Once, new ModelMemory()).DownloadAsync("run-a", version, server.Hash, CancellationToken.None);

    public sealed class Server : IAsyncLifetime
    {
        private Peer? peer;

        internal GrpcChannel? Channel { get; private set; }

        internal ContentHash Hash { get; private set; }

        public async Task InitializeAsync()
        {
            if (!Peer.Installed)
            {
                return;
            }

            peer = Peer.Start("server.py", descriptors => [descriptors]);
            Channel = CoordinatorChannel.Open($"http://127.0.0.1:{await peer.ReadLineAsync()}", TlsFiles.None);
            Hash = ContentHash.FromBytes(Convert.FromHexString(await peer.ReadLineAsync()));
        }

        public Task DisposeAsync()
        {
            Channel?.Dispose();
            peer?.Dispose();
            return Task.CompletedTask;
        }
    }
}
