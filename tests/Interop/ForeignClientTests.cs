using System.Text.Json;
using Distributed.Coordinator.Hosting;
using Distributed.Interop.Tests.Support;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Net.Client;

namespace Distributed.Interop.Tests;

/// <summary>A client of another implementation calls our coordinator.</summary>
public sealed class ForeignClientTests
{
    private const string RunId = "run-interop";
    private static readonly RunSpec Spec = new()
    {
        Kind = "federated",
        Name = "interop",
        Rounds = 2,
        Data = new() { Source = "none", Clients = 2 },
        Model = PluginSpec.Named("blob"),
    };

    [NeedsPeerFact]
    public async Task Coordinator_ForeignClient_GetsWhatTheProtocolSays()
    {
        var data = Directory.CreateTempSubdirectory("interop-");
        try
        {
            await using var coordinator = CoordinatorHost.Create(new CoordinatorOptions { DataDirectory = data.FullName, Port = 0 });
            await coordinator.StartAsync();
            using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{coordinator.Port}");
            await new RunService.RunServiceClient(channel).SubmitAsync(new SubmitRequest { RunId = RunId, SpecJson = RunSpecJson.Write(Spec) });

            using var peer = Peer.Start("client.py", descriptors => [$"127.0.0.1:{coordinator.Port}", descriptors, RunId]);
            var checks = JsonSerializer.Deserialize<Dictionary<string, string?>>(await peer.ReadLineAsync())!;
            Assert.Equal(
                ["compressed_message", "deadline", "early_answer", "health_of_each_service", "oversized_frame", "oversized_message", "reflection_is_off", "refused_with_a_code", "trains_a_run"],
                checks.Keys.Order(StringComparer.Ordinal));
            Assert.All(checks, check => Assert.True(check.Value is null, $"{check.Key}: {check.Value}"));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }
}
