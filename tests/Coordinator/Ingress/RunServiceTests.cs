using Distributed.Coordinator.Tests.Hosting;
using Distributed.Coordinator.Tests.Runs;
using Distributed.Coordinator.Tests.Support;
using Distributed.Protocols.Identities;
using Distributed.Protocols.Refusals;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Core;
using Grpc.Health.V1;

namespace Distributed.Coordinator.Tests.Ingress;

public sealed class RunServiceTests
{
    [Fact]
    public async Task Submit_SeveralMistakes_AllListed()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var json = RunSpecJson.Write(WholeRunTests.Spec(1, 1) with { Aggregator = PluginSpec.Named("fedavgg") });

        var error = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.SubmitAsync(new SubmitRequest { SpecJson = json }));
        Assert.Equal(RefusalCode.RunInvalid, error.ToRefusal()!.Code);
        Assert.Contains("fedavg", error.Status.Detail, StringComparison.Ordinal);

        json = """{ "kind": "federated", "rond": 3, "rounds": 0 }""";
        error = await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.SubmitAsync(new SubmitRequest { SpecJson = json }));
        Assert.True(error.Status.Detail.Split('\n').Length >= 4, error.Status.Detail);
    }

    [Fact]
    public async Task Submit_SameIdTwice_SameRunOrConflict()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var spec = WholeRunTests.Spec(1, 1);

        Assert.Equal("mine", await coordinator.SubmitAsync(spec, "mine"));
        Assert.Equal("mine", await coordinator.SubmitAsync(spec, "mine"));
        var error = await Assert.ThrowsAsync<RpcException>(() => coordinator.SubmitAsync(spec with { Seed = 2 }, "mine"));
        Assert.Equal(RefusalCode.RunConflict, error.ToRefusal()!.Code);
        Assert.True(EntityName.IsValid(await coordinator.SubmitAsync(spec, "")));
    }

    [Theory]
    [InlineData("../../etc/x", RefusalCode.NameInvalid)]
    [InlineData("nobody-knows-it", RefusalCode.RunUnknown)]
    public async Task UnknownRun_Refused_NothingCreated(string runId, RefusalCode code)
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);

        var errors = new[]
        {
            await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.GetStatusAsync(new StatusRequest { RunId = runId })),
            await Assert.ThrowsAsync<RpcException>(async () => await coordinator.Runs.StopAsync(new StopRequest { RunId = runId })),
            await Assert.ThrowsAsync<RpcException>(() => coordinator.FollowAsync(runId)),
        };

        Assert.All(errors, error => Assert.Equal(code, error.ToRefusal()!.Code));
        Assert.Empty(Directory.GetDirectories(Path.Combine(data.Path, "runs")));
    }

    [Fact]
    public async Task Status_WithoutNodes_SaysWhatItWaitsFor()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var run = await coordinator.SubmitAsync(WholeRunTests.Spec(2, 1));

        var status = Assert.Single((await coordinator.Runs.GetStatusAsync(new StatusRequest())).Runs);
        Assert.Equal((run, "submitted"), (status.RunId, status.State));
        Assert.Contains("waiting for nodes", status.Detail, StringComparison.Ordinal);

        var stopped = await coordinator.Runs.StopAsync(new StopRequest { RunId = run });
        Assert.Equal("stopped", stopped.Status.State);
        Assert.Equal("stopped", (await coordinator.FollowAsync(run)).Final.State);
    }

    [Fact]
    public async Task Follow_CoordinatorStops_EndsAtOnceWithTheReason()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        using var call = coordinator.Runs.Follow(new FollowRequest { RunId = await coordinator.SubmitAsync(WholeRunTests.Spec(2, 1)) });
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        var stop = coordinator.Host.StopAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        });

        Assert.Equal(RefusalCode.Stopping, error.ToRefusal()?.Code);
        await stop;
    }

    [Fact]
    public async Task Health_Asked_Serving()
    {
        using var data = new TempFolder();
        await using var coordinator = await RunningCoordinator.StartAsync(data.Path);
        var health = new Health.HealthClient(coordinator.Channel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest())).Status);
        await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "other" }));
    }
}
