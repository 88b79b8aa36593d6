using Distributed.Protocols.Health;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using static Distributed.Protocols.Health.HealthCheckResponse.Types;

namespace Distributed.Coordinator.Ingress;

/// <summary>Serving from the first request until the stop begins; says nothing else to anybody.</summary>
internal sealed class HealthService(IHostApplicationLifetime lifetime) : Health.HealthBase
{
    /// <inheritdoc />
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Knows(request.Service)
        ? Task.FromResult(new HealthCheckResponse { Status = Now() })
        : throw new RpcException(new Status(StatusCode.NotFound, "unknown service"));

    /// <inheritdoc />
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new() { Status = Knows(request.Service) ? Now() : ServingStatus.ServiceUnknown });
        var stopping = new TaskCompletionSource();
        using var stopped = lifetime.ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(context.CancellationToken);
        await responseStream.WriteAsync(new() { Status = ServingStatus.NotServing });
    }

    private ServingStatus Now() => lifetime.ApplicationStopping.IsCancellationRequested ? ServingStatus.NotServing : ServingStatus.Serving;

    private static bool Knows(string service) => service is "" or "distributed.v1.NodeService" or "distributed.v1.RunService" or "distributed.v1.TransferService";
}
