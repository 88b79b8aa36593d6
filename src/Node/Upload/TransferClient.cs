using Distributed.Node.Telemetry;
using Distributed.Protocols.Transfers;
using Distributed.Protocols.V1;
using Grpc.Core;

namespace Distributed.Node.Upload;

/// <summary>The calls of the transfer service; each carries the node's name.</summary>
internal sealed class TransferClient(CallInvoker invoker, string nodeName)
{
    /// <summary>The metadata key that names the calling node.</summary>
    public const string NodeNameKey = "node-name";

    public AsyncServerStreamingCall<Frame> DownloadModel(DownloadRequest request, CancellationToken cancellation) =>
        invoker.AsyncServerStreamingCall(TransferMethods.DownloadModel, null, Options(cancellation), request);

    public AsyncServerStreamingCall<Frame> DownloadUpdate(UpdateRequest request, CancellationToken cancellation) =>
        invoker.AsyncServerStreamingCall(TransferMethods.DownloadUpdate, null, Options(cancellation), request);

    public AsyncServerStreamingCall<Frame> DownloadBuffers(BuffersRequest request, CancellationToken cancellation) =>
        invoker.AsyncServerStreamingCall(TransferMethods.DownloadBuffers, null, Options(cancellation), request);

    public AsyncClientStreamingCall<Frame, UploadReceipt> UploadUpdate(CancellationToken cancellation) =>
        invoker.AsyncClientStreamingCall(TransferMethods.UploadUpdate, null, Options(cancellation));

    public AsyncUnaryCall<UploadStatus> GetUploadStatus(UploadStatusRequest request, CancellationToken cancellation) =>
        invoker.AsyncUnaryCall(TransferMethods.GetUploadStatus, null, Options(cancellation), request);

    // The trace context is given explicitly: HttpClient would put in that of a span of its own, which nobody writes.
    private CallOptions Options(CancellationToken cancellation)
    {
        var metadata = new Metadata { { NodeNameKey, nodeName } };
        if (NodeInstruments.Traceparent() is { Length: > 0 } traceparent)
        {
            metadata.Add("traceparent", traceparent);
        }

        return new CallOptions(metadata, cancellationToken: cancellation);
    }
}
