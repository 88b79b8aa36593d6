using Distributed.Coordinator.Ingress;
using Distributed.Coordinator.Tests.Support;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Distributed.Coordinator.Tests.Hosting;

public sealed class HealthTests : IDisposable
{
    private readonly TempFolder data = new();

    public void Dispose() => data.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("distributed.v1.NodeService")]
    [InlineData("distributed.v1.RunService")]
    [InlineData("distributed.v1.TransferService")]
    public async Task Check_UntilTheStopBegins_Serving(string service)
    {
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var health = new Health.HealthClient(coordinator.Channel);
        var request = new HealthCheckRequest { Service = service };
        Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(request)).Status);

        // Asked while the stop begins, before the server lets anything go.
        var during = ServingStatus.Unknown;
        coordinator.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => during = health.Check(request).Status);
        await coordinator.Host.StopAsync();
        Assert.Equal(ServingStatus.NotServing, during);
    }

    [Fact]
    public async Task Check_ServiceUnknown_NotFound()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(coordinator.Channel).CheckAsync(new() { Service = "no" }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Watch_StopBegins_NotServingAndOver()
    {
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        using var watch = new Health.HealthClient(coordinator.Channel).Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());
        var last = watch.ResponseStream.Current.Status;
        var stopping = coordinator.Host.StopAsync();
        while (await watch.ResponseStream.MoveNext())
        {
            last = watch.ResponseStream.Current.Status;
        }

        Assert.Equal(ServingStatus.NotServing, last);
        await stopping;
    }
}
