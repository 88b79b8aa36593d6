using Distributed.Algorithms.Tensors;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Coordinator.Tests.Ingress;

[Collection(WholeProcess.Name)]
public sealed class UploadTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder folder = new();
    private TransferHost host = null!;

    public async Task InitializeAsync() => host = await TransferHost.StartAsync(folder.Path);

    public async Task DisposeAsync() => await host.DisposeAsync();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_GoodUpdate_IsAdmittedAndSpooled(bool durable)
    {
        host.Gate.Durable = durable;
        var bytes = Models.Bytes();
        Assert.False((await host.UploadAsync(bytes, TransferHost.Header(bytes, client: 4))).AlreadyAccepted);

        var update = Assert.Single(host.Gate.Admitted);
        Assert.Equal((4, "node-1", 10.0), (update.Id.Client, update.Node, update.Weight));
        using var reader = host.Spool.Read(update.Id);
        var read = new byte[bytes.Length];
        reader.ReadFile(0, read);
        Assert.Equal(bytes, read);
        Assert.Equal(bytes.Length, host.Meter.BytesUp("run-a"));
        Assert.Empty(host.Gate.Refusals);
        Assert.Equal((update.Id, "node-1"), Assert.Single(host.Gate.Beginnings));
    }

    [Fact]
    public async Task Upload_WeightZero_IsAdmittedAsZero()
    {
        var bytes = Models.Bytes();
        var header = TransferHost.Header(bytes);
        header.Weight = 0;
        await host.UploadAsync(bytes, header);
        Assert.Equal(0, Assert.Single(host.Gate.Admitted).Weight);
    }

    [Fact]
    public async Task Upload_SameTwice_CountedOnceAndToldSo()
    {
        var bytes = Models.Bytes();
        Assert.False((await host.UploadAsync(bytes)).AlreadyAccepted);
        Assert.True((await host.UploadAsync(bytes)).AlreadyAccepted);
        Assert.True((await host.UploadAsync(bytes, headers: TransferHost.Headers("node-2"))).AlreadyAccepted);
        Assert.Single(host.Gate.Admitted);
        Assert.Equal("node-1", host.Gate.Admitted[0].Node);
    }

    [Fact]
    public async Task Upload_OtherBytesOfSameClient_ConflictAndFirstStays()
    {
        var (first, second) = (Models.Bytes(1), Models.Bytes(2));
        await host.UploadAsync(first);
        await RefusedAsync(RefusalCode.UpdateConflict, second);
        Assert.Equal(first.Length, host.Spool.Read(host.Gate.Admitted[0].Id).Update.SizeBytes);
        Assert.Equal(StatusCode.AlreadyExists, RefusalCodes.StatusOf(RefusalCode.UpdateConflict));
    }

    [Fact]
    public async Task Upload_NaN_RefusedNamesTensorAndNothingIsKept()
    {
        var set = new TensorSet(Models.Manifest());
        set.Values<float>("fc.weight")[12_345] = float.NaN;
        var refusal = await RefusedAsync(RefusalCode.UpdateNonFinite, Models.Bytes(set));
        Assert.Contains("'fc.weight'", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task Upload_OtherShape_RefusedAndNothingIsKept()
    {
        await RefusedAsync(RefusalCode.UpdateShape, Models.Bytes(1, Models.Manifest(20_001)));
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task Upload_NoSafetensors_Refused() => await RefusedAsync(RefusalCode.ModelFormat, new byte[200_000]);

    [Theory]
    [InlineData(10_000_000_000ul)]
    [InlineData(1ul << 63)]
    public async Task Upload_HugeDeclaredSize_RefusedOnFirstFrameWithFlatMemory(ulong size)
    {
        var header = TransferHost.Header([1]);
        header.SizeBytes = size;
        using var call = host.Upload();
        var before = GC.GetTotalAllocatedBytes();
        await call.RequestStream.WriteAsync(Frame.Of(header));

        // Not completed: the answer comes on the first frame.
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(RefusalCode.UpdateTooLarge, error.ToRefusal()!.Code);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20 << 20);
        Assert.Empty(folder.Files());
        Assert.Equal(RefusalCode.UpdateTooLarge, Assert.Single(host.Gate.Refusals).Refusal.Code);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1.0)]
    [InlineData(1001.0)]
    public async Task Upload_BadWeight_Refused(double weight)
    {
        var bytes = Models.Bytes();
        var header = TransferHost.Header(bytes);
        header.Weight = weight;
        await RefusedAsync(RefusalCode.UpdateWeight, bytes, header);
    }

    [Fact]
    public async Task Upload_StreamCutShort_TruncatedThenResumed()
    {
        var bytes = Models.Bytes();
        var refusal = await RefusedAsync(RefusalCode.UpdateTruncated, bytes, until: 100_000);
        Assert.Contains($"100000 of {bytes.Length}", refusal.Message, StringComparison.Ordinal);

        var header = TransferHost.Header(bytes);
        var status = await host.Status(new UploadStatusRequest { RunId = "run-a", Round = 1, Client = 0, Sha256 = header.Sha256 });
        Assert.Equal((100_000ul, false), (status.Offset, status.Accepted));
        header.Offset = status.Offset;
        Assert.False((await host.UploadAsync(bytes, header)).AlreadyAccepted);
        Assert.Equal(bytes.Length, host.Meter.BytesUp("run-a"));

        status = await host.Status(new UploadStatusRequest { RunId = "run-a", Round = 1, Client = 0, Sha256 = header.Sha256 });
        Assert.True(status.Accepted);
    }

    [Fact]
    public async Task Upload_MoreThanDeclared_Refused()
    {
        var bytes = Models.Bytes();
        var header = TransferHost.Header(bytes);
        await RefusedAsync(RefusalCode.UpdateOverrun, [.. bytes, 1], header);
    }

    [Fact]
    public async Task Upload_OneBitFlippedInTransit_ChecksumRefusalAndSecondTryWorks()
    {
        var bytes = Models.Bytes();
        using (var call = host.UploadRaw())
        {
            await call.RequestStream.WriteAsync(new TransferFrame { Update = TransferHost.Header(bytes) });
            var damaged = (byte[])bytes.Clone();
            damaged[70_000] ^= 1;
            await call.RequestStream.WriteAsync(Chunk(0, damaged, Crc32C.Of(bytes)));
            Assert.Equal(RefusalCode.UpdateChecksum, (await FailedAsync(call)).Code);
        }

        await host.UploadAsync(bytes);
        Assert.Single(host.Gate.Admitted);
    }

    [Fact]
    public async Task Upload_RightChunksWrongHash_RefusedAndNothingIsKept()
    {
        var bytes = Models.Bytes(1);
        var header = TransferHost.Header(Models.Bytes(2));
        await RefusedAsync(RefusalCode.UpdateChecksum, bytes, header);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task Upload_BrokenOrder_ProtocolViolation()
    {
        var bytes = Models.Bytes();
        TransferFrame header = new() { Update = TransferHost.Header(bytes) };
        Assert.Equal(RefusalCode.ProtocolViolation, (await SendAsync()).Code);
        Assert.Equal(RefusalCode.ProtocolViolation, (await SendAsync(Chunk(0, bytes))).Code);
        Assert.Equal(RefusalCode.ProtocolViolation, (await SendAsync(header, header)).Code);
        Assert.Equal(RefusalCode.UpdateOverrun, (await SendAsync(header, Chunk(5, bytes))).Code);
        Assert.Equal(RefusalCode.ProtocolViolation, (await SendAsync([header, .. Enumerable.Repeat(Chunk(0, []), 17)])).Code);
    }

    [Theory]
    [InlineData(RefusalCode.RoundClosed)]
    [InlineData(RefusalCode.RunUnknown)]
    [InlineData(RefusalCode.TaskUnknown)]
    public async Task Upload_GateSaysNo_RefusedBeforeAnythingIsWritten(RefusalCode code)
    {
        host.Gate.RefuseCheck = new Refusal(code, "Round 2 is open.");
        var refusal = await RefusedAsync(code, Models.Bytes());
        Assert.Equal("Round 2 is open.", refusal.Message);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public async Task Upload_RoundClosedMeanwhile_RefusedAndRemoved()
    {
        host.Gate.RefuseAdmission = new Refusal(RefusalCode.RoundClosed, "Too late.");
        await RefusedAsync(RefusalCode.RoundClosed, Models.Bytes());
        Assert.Empty(folder.Files());
    }

    [Theory]
    [InlineData("../up")]
    [InlineData("NODE")]
    [InlineData("")]
    public async Task Upload_BadNames_NameInvalid(string name)
    {
        var bytes = Models.Bytes();
        await ErrorAsync(RefusalCode.NameInvalid, () => host.UploadAsync(bytes, headers: TransferHost.Headers(name)));
        var header = TransferHost.Header(bytes);
        header.RunId = name;
        await ErrorAsync(RefusalCode.NameInvalid, () => host.UploadAsync(bytes, header));
        await ErrorAsync(RefusalCode.NameInvalid, async () => await host.Status(new UploadStatusRequest { RunId = name, Sha256 = header.Sha256 }));
        Assert.Empty(folder.Files());
    }

    private static TransferFrame Chunk(int offset, byte[] data, uint? crc = null) =>
        new() { Chunk = new Chunk { Offset = (ulong)offset, Data = ByteString.CopyFrom(data), Crc32C = crc ?? Crc32C.Of(data) } };

    private static async Task<Refusal> FailedAsync(AsyncClientStreamingCall<TransferFrame, UploadReceipt> call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).ToRefusal()!;

    private static async Task<Refusal> ErrorAsync(RefusalCode code, Func<Task> action)
    {
        var refusal = (await Assert.ThrowsAsync<RpcException>(action)).ToRefusal()!;
        Assert.Equal(code, refusal.Code);
        return refusal;
    }

    private async Task<Refusal> SendAsync(params TransferFrame[] frames)
    {
        using var call = host.UploadRaw();
        try
        {
            foreach (var frame in frames)
            {
                await call.RequestStream.WriteAsync(frame);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or IOException or InvalidOperationException)
        {
            // The answer says why.
        }

        return await FailedAsync(call);
    }

    private async Task<Refusal> RefusedAsync(RefusalCode code, byte[] bytes, UpdateHeader? header = null, long? until = null)
    {
        var refusal = await ErrorAsync(code, () => host.UploadAsync(bytes, header, until));
        Assert.Contains(host.Gate.Refusals, recorded => recorded.Refusal == refusal && recorded.Node == "node-1");
        return refusal;
    }
}
