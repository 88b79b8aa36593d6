using Distributed.Protocols.Identities;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Distributed.Node.Tests.Fixtures;

/// <summary>Transfers from and to memory, with breaks where the test asks for them.</summary>
internal sealed class FakeTransfers(FakeCoordinator coordinator)
{
    private const int ChunkBytes = 64 * 1024;
    private readonly Lock gate = new();
    private readonly Dictionary<string, MemoryStream> partial = [];

    public async Task DownloadModel(DownloadRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        coordinator.DownloadOffsets.Enqueue((long)request.Offset);
        var model = coordinator.Models[(long)request.Version];
        long? end = coordinator.BreakAfter.TryDequeue(out var bytes) ? bytes : null;
        await stream.WriteAsync(Frame.Of(new ModelHeader
        {
            Version = request.Version,
            SizeBytes = (ulong)model.Length,
            Sha256 = ByteString.CopyFrom(ContentHash.Of(model).ToBytes()),
        }));
        foreach (var frame in Frame.Chunks(ByteSource.FromMemory(model), (long)request.Offset, ChunkBytes))
        {
            await stream.WriteAsync(frame);
            if ((end -= ChunkBytes) <= 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "broken by the test"));
            }
        }
    }

    public async Task DownloadUpdate(UpdateRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        coordinator.UpdateOffsets.Enqueue((request.Client, (long)request.Offset));
        var update = coordinator.Admitted[request.Client];
        long? end = coordinator.BreakAfter.TryDequeue(out var bytes) ? bytes : null;
        await stream.WriteAsync(Frame.Of(update.Header));
        foreach (var frame in Frame.Chunks(ByteSource.FromMemory(update.Bytes), (long)request.Offset, ChunkBytes))
        {
            await stream.WriteAsync(frame);
            if ((end -= ChunkBytes) <= 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "broken by the test"));
            }
        }
    }

    public async Task DownloadBuffers(BuffersRequest request, IServerStreamWriter<Frame> stream, ServerCallContext context)
    {
        var bytes = coordinator.Buffers[request.Client];
        await stream.WriteAsync(Frame.Of(new ModelHeader
        {
            Version = request.Version,
            SizeBytes = (ulong)bytes.Length,
            Sha256 = ByteString.CopyFrom(ContentHash.Of(bytes).ToBytes()),
        }));
        foreach (var frame in Frame.Chunks(ByteSource.FromMemory(bytes), (long)request.Offset, ChunkBytes))
        {
            await stream.WriteAsync(frame);
        }
    }

    public async Task<UploadReceipt> UploadUpdate(IAsyncStreamReader<Frame> stream, ServerCallContext context)
    {
        await stream.MoveNext(context.CancellationToken);
        var header = stream.Current.Update!;
        coordinator.UploadOffsets.Enqueue((long)header.Offset);
        long? end = coordinator.BreakAfter.TryDequeue(out var bytes) ? bytes : null;
        var kept = Kept(header);
        while (await stream.MoveNext(context.CancellationToken))
        {
            using var frame = stream.Current;
            kept.Write(frame.Received!.Data.Span);
            if ((end -= frame.Received.Data.Length) <= 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "broken by the test"));
            }
        }

        if (coordinator.UploadErrors.TryDequeue(out var error))
        {
            throw error;
        }

        coordinator.Updates.Writer.TryWrite(new ReceivedUpdate(header, kept.ToArray(), context.RequestHeaders));
        if (coordinator.Receipts is { } receipts)
        {
            await receipts.Task.WaitAsync(context.CancellationToken);
        }

        return new UploadReceipt();
    }

    public Task<UploadStatus> GetUploadStatus(UploadStatusRequest request, ServerCallContext context)
    {
        lock (gate)
        {
            return Task.FromResult(new UploadStatus
            {
                Offset = partial.TryGetValue(Convert.ToHexString(request.Sha256.Span), out var kept) ? (ulong)kept.Length : 0,
            });
        }
    }

    private MemoryStream Kept(UpdateHeader header)
    {
        lock (gate)
        {
            var key = Convert.ToHexString(header.Sha256.Span);
            if (!partial.TryGetValue(key, out var kept))
            {
                partial[key] = kept = new MemoryStream();
            }

            kept.SetLength((long)header.Offset);
            kept.Position = kept.Length;
            return kept;
        }
    }
}

/// <summary>Binds <see cref="FakeTransfers"/>.</summary>
internal sealed class FakeTransferMethods : IServiceMethodProvider<FakeTransfers>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FakeTransfers> context)
    {
        context.AddServerStreamingMethod(TransferMethods.DownloadModel, [], (service, request, stream, call) => service.DownloadModel(request, stream, call));
        context.AddServerStreamingMethod(TransferMethods.DownloadUpdate, [], (service, request, stream, call) => service.DownloadUpdate(request, stream, call));
        context.AddServerStreamingMethod(TransferMethods.DownloadBuffers, [], (service, request, stream, call) => service.DownloadBuffers(request, stream, call));
        context.AddClientStreamingMethod(TransferMethods.UploadUpdate, [], (service, stream, call) => service.UploadUpdate(stream, call));
        context.AddUnaryMethod(TransferMethods.GetUploadStatus, [], (service, request, call) => service.GetUploadStatus(request, call));
    }
}
