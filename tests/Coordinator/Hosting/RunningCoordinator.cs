using Distributed.Coordinator.Hosting;
using Distributed.Coordinator.Storage;
using Distributed.Protocols.Runs;
using Distributed.Protocols.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Distributed.Coordinator.Tests.Hosting;

/// <summary>A coordinator on a free port, with clients to talk to it.</summary>
internal sealed class RunningCoordinator : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly GrpcChannel channel;
    private readonly FakeLogCollector log;

    private RunningCoordinator(CoordinatorHost host, FakeLogCollector log)
    {
        (Host, this.log) = (host, log);
        channel = GrpcChannel.ForAddress($"http://127.0.0.1:{host.Port}");
        Runs = new RunService.RunServiceClient(channel);
    }

    public CoordinatorHost Host { get; }

    /// <summary>Everything logged so far, from Information on.</summary>
    public string Log => string.Join('\n', log.GetSnapshot().Select(Text));

    public RunService.RunServiceClient Runs { get; }

    public GrpcChannel Channel => channel;

    public static async Task<RunningCoordinator> StartAsync(string data, Action<CoordinatorOptions>? change = null, TimeProvider? time = null, string failpoints = "")
    {
        var options = new CoordinatorOptions { DataDirectory = data, Port = 0, Heartbeat = TimeSpan.FromMinutes(1) };
        change?.Invoke(options);
        var log = new FakeLogCollector();
        var host = CoordinatorHost.Create(options, services =>
        {
            services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(log)));
            services.AddSingleton(time ?? TimeProvider.System);
            services.AddSingleton(Failpoints.Parse(failpoints));
        });
        await host.StartAsync();
        return new RunningCoordinator(host, log);
    }

    /// <summary>The first line, past or future, that holds <paramref name="part"/>.</summary>
    public Task<string> LoggedAsync(string part) => log.GetLogsAsync(CancellationToken.None).Select(Text)
        .FirstAsync(line => line.Contains(part, StringComparison.Ordinal)).AsTask().WaitAsync(Patience, TimeProvider.System);

    public FakeNode Node(string name, int slots = 1, params uint[] clients) => new(channel, name, slots, clients);

    // Ids of their own: hosts of tests that run at the same time hear each other's spans.
    public async Task<string> SubmitAsync(RunSpec spec, string? runId = null) => (await Runs.SubmitAsync(new SubmitRequest
    {
        SpecJson = RunSpecJson.Write(spec),
        RunId = runId ?? $"run-{Guid.NewGuid():N}",
    })).RunId;

    /// <summary>Follows to the end.</summary>
    public async Task<(List<RoundRecord> Records, RunStatus Final)> FollowAsync(string runId)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var call = Runs.Follow(new FollowRequest { RunId = runId }, cancellationToken: patience.Token);
        var records = new List<RoundRecord>();
        RunStatus? last = null;
        while (await MoveNext(call.ResponseStream, patience.Token))
        {
            if (call.ResponseStream.Current.EventCase == RunEvent.EventOneofCase.RoundRecordJson)
            {
                records.Add(RoundRecord.Parse(call.ResponseStream.Current.RoundRecordJson));
            }
            else if (call.ResponseStream.Current.EventCase == RunEvent.EventOneofCase.Status)
            {
                last = call.ResponseStream.Current.Status;
            }
        }

        return (records, last!);
    }

    private async Task<bool> MoveNext(IAsyncStreamReader<RunEvent> events, CancellationToken patience)
    {
        try
        {
            return await events.MoveNext(patience);
        }
        catch (Exception error) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"The run did not end within {Patience}. The coordinator's log:\n{Log}", error);
        }
    }

    private static string Text(FakeLogRecord record) => $"{record.Level} {record.Id.Id} {record.Message} {record.Exception}";

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await Host.StopAsync();
        await Host.DisposeAsync();
    }
}
