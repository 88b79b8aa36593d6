using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Ingress;

public sealed class DownloadTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder folder = new();
    private readonly byte[] bytes = Models.Bytes(1, Models.Manifest(100_000));
    private TransferHost host = null!;

    public async Task InitializeAsync()
    {
        new Stores(folder.Path).Commit(bytes, 0, null);
        host = await TransferHost.StartAsync(folder.Path);
    }

    public async Task DisposeAsync() => await host.DisposeAsync();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_001)]
    public async Task Download_FromOffset_GivesTheRest(int offset)
    {
        var (header, received) = await host.DownloadAsync(0, offset);
        Assert.Equal((0ul, (ulong)bytes.Length), (header.Version, header.SizeBytes));
        Assert.Equal(ContentHash.Of(bytes).ToBytes(), header.Sha256.ToByteArray());
        Assert.Equal(bytes[offset..], received);
        Assert.Equal(bytes.Length - offset, host.Meter.BytesDown("run-a"));
    }

    [Fact]
    public async Task Download_FromTheEnd_GivesTheHeaderAlone() => Assert.Empty((await host.DownloadAsync(0, bytes.Length)).Bytes);

    [Theory]
    [InlineData(1, 0, RefusalCode.VersionUnknown)]
    [InlineData(long.MaxValue, 0, RefusalCode.VersionUnknown)]
    [InlineData(0, 100_000_000, RefusalCode.ProtocolViolation)]
    public async Task Download_WhatIsNotThere_Refused(long version, long offset, RefusalCode code)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => host.DownloadAsync(version, offset));
        Assert.Equal(code, error.ToRefusal()!.Code);
    }

    [Fact]
    public async Task Download_TruncatedCheckpoint_Corrupt()
    {
        await using (var file = File.OpenWrite(folder.Single("*.safetensors")))
        {
            file.SetLength(1000);
        }

        var error = await Assert.ThrowsAsync<RpcException>(() => host.DownloadAsync(0));
        Assert.Equal((StatusCode.DataLoss, RefusalCode.CheckpointCorrupt), (error.StatusCode, error.ToRefusal()!.Code));
    }
}
