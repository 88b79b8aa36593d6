using Distributed.Coordinator.Admission;
using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Membership;
using Distributed.Coordinator.Runs;
using Distributed.Coordinator.Storage;
using Distributed.Coordinator.Telemetry;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Telemetry;
using Distributed.Protocols.Transfers;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Distributed.Coordinator.Hosting;

/// <summary>The coordinator's services.</summary>
internal static class CoordinatorServices
{
    // Control messages are small; specifications have a limit of their own. Transfers bring theirs.
    private const int MaximumMessageBytes = 8 * 1024 * 1024;

    private static readonly string[] Services =
    [
        Protocols.V1.NodeService.Descriptor.FullName, Protocols.V1.RunService.Descriptor.FullName, TransferMethods.ServiceName,
    ];

    /// <summary>Adds everything; the data directory is opened here.</summary>
    /// <exception cref="CoordinatorStartException">The data directory cannot be had.</exception>
    public static void Add(WebApplicationBuilder builder, CoordinatorOptions options)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.Configure<AdmissionOptions>(admission => admission.MaximumUpdateBytes = options.MaximumUpdateBytes);
        services.Configure<MembershipOptions>(membership => membership.Heartbeat = options.Heartbeat);
        services.Configure<TlsOptions>(tls => tls.Files = options.Tls);

        // By a factory, so that the container lets it go at the end.
        var data = DataDirectory.Open(options.DataDirectory);
        services.AddSingleton(_ => data);
        services.AddFileStorage(data.Root);
        services.AddTransfers(transfers =>
        {
            transfers.MemoryBytes = options.TransferMemoryBytes;
            transfers.StreamWindowBytes = options.StreamWindowBytes;
            transfers.ConnectionWindowBytes = options.ConnectionWindowBytes;
            transfers.IdleLimit = options.TransferIdle;
        });
        services.AddSingleton<TlsPort>();
        AddTelemetry(services, options);
        AddRuns(services);
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = MaximumMessageBytes;
            grpc.RefuseCompression();
        });
        AddHealth(services);
        if (options.Reflection)
        {
            AddReflection(services);
        }

        builder.UseOrleans(EmbeddedSilo.Configure);

        // Behind the silo, before the server: unfinished runs are taken up when the first node can come.
        services.AddHostedService<RunRecovery>();
    }

    // By the descriptors: the package finds services by their generated classes, and the transfer service has none.
    private static void AddReflection(IServiceCollection services)
    {
        ServiceDescriptor[] described =
        [
            Protocols.V1.NodeService.Descriptor, Protocols.V1.RunService.Descriptor, .. Protocols.V1.TransferReflection.Descriptor.Services, Health.Descriptor,
        ];
        services.AddSingleton(new ReflectionServiceImpl(described)).AddSingleton(new ReflectionV1ServiceImpl(described)).AddGrpcReflection();
    }

    // All services serve from the first request until the stop begins; who watches hears of it within a second.
    private static void AddHealth(IServiceCollection services)
    {
        services.AddGrpcHealthChecks(health =>
        {
            foreach (var service in Services)
            {
                health.Services.Map(service, _ => true);
            }
        }).AddCheck<ServingCheck>("serving");
        services.Configure<HealthCheckPublisherOptions>(publisher => publisher.Delay = TimeSpan.Zero);
    }

    private static void AddTelemetry(IServiceCollection services, CoordinatorOptions options)
    {
        services.AddSingleton<CoordinatorMetrics>();
        services.AddSingleton(provider =>
        {
            var feeds = provider.GetRequiredService<RunFeeds>();
            return new TraceFile(run => EntityName.IsValid(run) && Directory.Exists(feeds.Folder(run).Directory) ? feeds.Folder(run).TracePath : null);
        });
        TelemetryExport.Add(services, options);
    }

    private static void AddRuns(IServiceCollection services)
    {
        services.AddSingleton<OpenRounds>();
        services.AddSingleton<RunFeeds>();
        services.AddSingleton<ModelMaker>();
        services.AddSingleton<RunServices>();
        services.AddSingleton<HostFailure>();
        services.AddSingleton<YoungHeap>();
        services.AddSingleton<SessionNumbers>();
        services.AddSingleton<IUpdateGate, UpdateGate>();
    }
}
