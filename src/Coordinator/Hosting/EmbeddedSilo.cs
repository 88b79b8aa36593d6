using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Distributed.Coordinator.Hosting;

/// <summary>
/// The silo of a coordinator that stands alone: a cluster of one, whose grains are called in this process only. Orleans wants a port to name itself by and one to listen on. The
/// name is this process's, and the system chooses the port on loopback: any number of coordinators and simulations run side by side, and nothing of the silo is reachable from outside.
/// </summary>
internal static class EmbeddedSilo
{
    private const int AnyPort = 0;

    public static void Configure(ISiloBuilder silo)
    {
        var name = new IPEndPoint(IPAddress.Loopback, 1 + (Environment.ProcessId % IPEndPoint.MaxPort));
        silo.UseLocalhostClustering(name.Port, gatewayPort: AnyPort, name)
            .Configure<EndpointOptions>(endpoints => endpoints.SiloListeningEndpoint = new IPEndPoint(IPAddress.Loopback, AnyPort))
            .AddActivityPropagation()

            // What a run, the directory and a node hold in memory is not written on each event: their grains stay as long as the process.
            .Configure<GrainCollectionOptions>(collection => collection.CollectionAge = TimeSpan.FromDays(365));
    }
}
