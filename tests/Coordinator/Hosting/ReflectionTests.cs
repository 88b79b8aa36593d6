using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Tests.Support;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Distributed.Coordinator.Tests.Hosting;

public sealed class ReflectionTests
{
    [Fact]
    public async Task Reflection_AskedFor_NamesTheServices()
    {
        var services = await ServicesAsync(reflection: true);
        Assert.Superset(
            new HashSet<string> { "distributed.v1.NodeService", "distributed.v1.RunService", "distributed.v1.TransferService", "grpc.health.v1.Health" }, services);
    }

    [Fact]
    public async Task Reflection_NotAskedFor_Unimplemented()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => ServicesAsync(reflection: false));
        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    private static async Task<HashSet<string>> ServicesAsync(bool reflection)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path, options => options.Reflection = reflection);
        using var call = new ServerReflection.ServerReflectionClient(coordinator.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" });
        Assert.True(await call.ResponseStream.MoveNext());
        return [.. call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name)];
    }
}
