using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Ingress;

public sealed class TransferLimitTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Upload_IdleStream_EndedAndKept()
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        var bytes = Models.Bytes();
        using var call = host.Upload();
        await call.RequestStream.WriteAsync(Frame.Of(TransferHost.Header(bytes)));
        await call.RequestStream.WriteAsync(Frame.Chunk(ByteSource.FromMemory(bytes), 0, 70_000));
        await UntilAsync(() => host.Meter.BytesUp("run-a") == 70_000);

        // The clock runs only while somebody waits, so the answer comes however late the server begins to wait.
        var answer = call.ResponseAsync;
        await UntilAsync(() =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(5));
            return answer.IsCompleted;
        });
        var error = await Assert.ThrowsAsync<RpcException>(() => answer);
        Assert.Equal((StatusCode.DeadlineExceeded, RefusalCode.TransferIdle), (error.StatusCode, error.ToRefusal()!.Code));
        var header = TransferHost.Header(bytes);
        Assert.Equal(70_000ul, (await host.Status(new() { RunId = "run-a", Round = 1, Sha256 = header.Sha256 })).Offset);
    }

    [Fact]
    public async Task Upload_TooManyAtOnce_BusyBeyondTheQueue()
    {
        // 3/8 of 4 MB: one upload at work, one that waits.
        await using var host = await TransferHost.StartAsync(folder.Path, options => options.MemoryBytes = 4 << 20);
        var bytes = Models.Bytes();
        using var working = host.Upload();
        await working.RequestStream.WriteAsync(Frame.Of(TransferHost.Header(bytes, client: 0)));
        await UntilAsync(() => folder.Files("*.partial").Length == 1);

        var others = Enumerable.Range(1, 8).Select(client => host.UploadAsync(bytes, TransferHost.Header(bytes, client))).ToList();
        var refused = await Task.WhenAny(others);
        var error = await Assert.ThrowsAsync<RpcException>(() => refused);
        Assert.Equal((StatusCode.Unavailable, RefusalCode.Busy), (error.StatusCode, error.ToRefusal()!.Code));
        await UntilAsync(() => others.Count(upload => upload.IsFaulted) == 7);

        // The one that waits gets its turn.
        await working.RequestStream.WriteAsync(Frame.Chunk(ByteSource.FromMemory(bytes), 0, bytes.Length));
        await working.RequestStream.CompleteAsync();
        await working.ResponseAsync;
        Assert.False((await others.Single(upload => !upload.IsFaulted)).AlreadyAccepted);
        Assert.Equal(2, host.Gate.Admitted.Count);
    }

    [Fact]
    public async Task Upload_SpoolDiskFull_StorageFullAndNothingLeft()
    {
        await using var host = await TransferHost.StartAsync(folder.Path, failpoints: "SpoolBeforeWrite@hit=2:disk-full");
        var error = await Assert.ThrowsAsync<RpcException>(() => host.UploadAsync(Models.Bytes()));
        Assert.Equal((StatusCode.ResourceExhausted, RefusalCode.StorageFull), (error.StatusCode, error.ToRefusal()!.Code));
        Assert.Empty(folder.Files());
        Assert.False((await host.UploadAsync(Models.Bytes())).AlreadyAccepted);
    }

    [Fact]
    public async Task Upload_ClientGone_KeepsWhatCame()
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        var bytes = Models.Bytes();
        using (var call = host.Upload())
        {
            await call.RequestStream.WriteAsync(Frame.Of(TransferHost.Header(bytes)));
            await call.RequestStream.WriteAsync(Frame.Chunk(ByteSource.FromMemory(bytes), 0, 70_000));
            await UntilAsync(() => host.Meter.BytesUp("run-a") == 70_000);
        }

        var header = TransferHost.Header(bytes, offset: 70_000);
        await UntilAsync(() => Resumes().GetAwaiter().GetResult());

        async Task<bool> Resumes()
        {
            try
            {
                return !(await host.UploadAsync(bytes, header)).AlreadyAccepted;
            }
            catch (RpcException error) when (error.ToRefusal()?.Code == RefusalCode.Busy)
            {
                // The server has not noticed yet.
                return false;
            }
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Request_Compressed_UnimplementedAndNotInflated(string encoding)
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        using var response = await host.SendAsync("GetUploadStatus", [1, 0, 0, 0, 1, 0], encoding);
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("identity", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task Request_FlaggedCompressedWithoutEncoding_RefusedUnread()
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        using var response = await host.SendAsync("GetUploadStatus", [1, 0, 0, 0, 1, 0], encoding: null);
        Assert.Equal("13", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Request_HugeLengthAnnounced_RefusedBeforeTheMessage()
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        using var response = await host.SendAsync("UploadUpdate", [0, 0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3], encoding: null);
        Assert.Equal("8", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Response_ClientTakesGzip_SentPlain()
    {
        await using var host = await TransferHost.StartAsync(folder.Path);
        using var response = await host.SendAsync("GetUploadStatus", [0, 0, 0, 0, 0], encoding: null);
        Assert.False(response.Headers.Contains("grpc-encoding"));
    }

    // Waits for what another thread is about to do, turn by turn of the scheduler; the runner's time limit ends a wait for what never comes.
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
