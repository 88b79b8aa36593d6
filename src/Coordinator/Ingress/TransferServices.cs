using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Transfers;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Distributed.Coordinator.Ingress;

/// <summary>Registration of the transfer service.</summary>
internal static class TransferServices
{
    /// <summary>Adds <see cref="TransferService"/>, to be mapped with <c>MapGrpcService</c>. Needs gRPC, storage, an update gate and a <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddTransfers(this IServiceCollection services, Action<TransferOptions>? configure = null)
    {
        services.AddOptions<TransferOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TransferSlots>();
        services.TryAddSingleton<TransferMeter>();
        services.TryAddSingleton<UploadReceiver>();
        services.TryAddSingleton<FrameSender>();
        services.TryAddSingleton<ModelSender>();
        services.TryAddSingleton<UpdateSender>();
        services.TryAddSingleton<BuffersSender>();
        services.TryAddSingleton<TransferService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<TransferService>, TransferMethodProvider>());
        // Not Try: Kestrel has registered its own, and the last one counts.
        services.AddSingleton<IMemoryPoolFactory<byte>, ReceiveBlocks>();
        services.AddGrpc().AddServiceOptions<TransferService>(options =>
        {
            options.MaxReceiveMessageSize = TransferSizes.MaximumFrameBytes;
            options.RefuseCompression();
        });
        return services;
    }
}
