using Distributed.Protocols.Transfers;
using Grpc.AspNetCore.Server.Model;

namespace Distributed.Coordinator.Ingress;

/// <summary>Binds <see cref="TransferService"/> to the methods that use our own marshaller; there is no generated base class for it.</summary>
internal sealed class TransferMethodProvider : IServiceMethodProvider<TransferService>
{
    /// <inheritdoc />
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TransferService> context)
    {
        context.AddServerStreamingMethod(TransferMethods.DownloadModel, [], (service, request, stream, call) => service.DownloadModel(request, stream, call));
        context.AddServerStreamingMethod(TransferMethods.DownloadUpdate, [], (service, request, stream, call) => service.DownloadUpdate(request, stream, call));
        context.AddServerStreamingMethod(TransferMethods.DownloadBuffers, [], (service, request, stream, call) => service.DownloadBuffers(request, stream, call));
        context.AddClientStreamingMethod(TransferMethods.UploadUpdate, [], (service, stream, call) => service.UploadUpdate(stream, call));
        context.AddUnaryMethod(TransferMethods.GetUploadStatus, [], (service, request, call) => service.GetUploadStatus(request, call));
    }
}
