using Distributed.Protocols.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Distributed.Protocols.Transfers;

/// <summary>The methods of <c>distributed.v1.TransferService</c> (protos/distributed/v1/transfer.proto), bound by hand for <see cref="FrameMarshaller"/>.</summary>
public static class TransferMethods
{
    /// <summary>Full name of the service.</summary>
    public const string ServiceName = "distributed.v1.TransferService";

    /// <summary>A model version, from an offset to its end.</summary>
    public static Method<DownloadRequest, Frame> DownloadModel { get; } = new(
        MethodType.ServerStreaming, ServiceName, nameof(DownloadModel), MarshallerOf(DownloadRequest.Parser), FrameMarshaller.Instance);

    /// <summary>An admitted update, from an offset to its end, for the node that aggregates its round.</summary>
    public static Method<UpdateRequest, Frame> DownloadUpdate { get; } = new(
        MethodType.ServerStreaming, ServiceName, nameof(DownloadUpdate), MarshallerOf(UpdateRequest.Parser), FrameMarshaller.Instance);

    /// <summary>The buffers that a client keeps for itself.</summary>
    public static Method<BuffersRequest, Frame> DownloadBuffers { get; } = new(
        MethodType.ServerStreaming, ServiceName, nameof(DownloadBuffers), MarshallerOf(BuffersRequest.Parser), FrameMarshaller.Instance);

    /// <summary>An update, from an offset to its end; answered when it is durable.</summary>
    public static Method<Frame, UploadReceipt> UploadUpdate { get; } = new(
        MethodType.ClientStreaming, ServiceName, nameof(UploadUpdate), FrameMarshaller.Instance, MarshallerOf(UploadReceipt.Parser));

    /// <summary>Where an interrupted upload goes on.</summary>
    public static Method<UploadStatusRequest, UploadStatus> GetUploadStatus { get; } = new(
        MethodType.Unary, ServiceName, nameof(GetUploadStatus), MarshallerOf(UploadStatusRequest.Parser), MarshallerOf(UploadStatus.Parser));

    private static Marshaller<T> MarshallerOf<T>(MessageParser<T> parser)
        where T : class, IMessage<T>, IBufferMessage => new(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
}
