using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Storage;

namespace Distributed.Coordinator.Storage;

/// <summary>Registration of the coordinator's storage.</summary>
internal static class StorageServices
{
    /// <summary>Adds spool, checkpoint store and grain storage below a data directory.</summary>
    /// <param name="services">The services.</param>
    /// <param name="root">The data directory; created when missing.</param>
    public static IServiceCollection AddFileStorage(this IServiceCollection services, string root)
    {
        services.Configure<StorageOptions>(options => options.Root = root);
        services.TryAddSingleton(_ => Failpoints.FromEnvironment());
        services.TryAddSingleton<StorageMeter>();
        services.TryAddSingleton<DurableFiles>();
        services.TryAddSingleton<ISpool, Spool>();
        services.TryAddSingleton<ICheckpointStore, CheckpointStore>();
        services.AddSingleton<IGrainStorage, FileGrainStorage>();
        return services;
    }
}
